/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The ground the engine stands on: types, byte order, strings and memory.
 *
 * The only file of the engine that knows whether it is built for the kernel or
 * for a program. Everything above it takes no lock, reads no clock, touches no
 * sk_buff and includes nothing of linux/ itself, so that the same unmodified
 * sources run in bailey.ko, in the tool, under KUnit and under the sanitizers.
 */
#ifndef BAILEY_ENGINE_BASE_H
#define BAILEY_ENGINE_BASE_H

#ifdef __KERNEL__

#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/bsearch.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/prefetch.h>
#include <linux/random.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/vmalloc.h>

/* Policies are built in process context and charged to the writer. */
#define bailey_zalloc(size)	kvzalloc(size, GFP_KERNEL_ACCOUNT | __GFP_NOWARN)
#define bailey_free(p)		kvfree(p)
#define bailey_yield()		cond_resched()
#define bailey_killed()		fatal_signal_pending(current)
#define bailey_lowest_bit(word)	__ffs(word)
#define bailey_random()		get_random_u64()	/* seeds of hashes */
#define bailey_mul_high(a, b)	mul_u64_u64_shr(a, b, 64)
#define bailey_divide(n, by)	div_u64(n, by)		/* 64 bits by 32 */
#define bailey_prefetch(p)	prefetch(p)

/*
 * Large arrays, which kvzalloc() would round up to a power of two pages. Whoever frees
 * one has to know its size.
 */
static inline void *bailey_large_zalloc(size_t size)
{
	const gfp_t gfp = GFP_KERNEL_ACCOUNT | __GFP_NOWARN | __GFP_ZERO;
	void *p;

	if (size <= PAGE_SIZE)
		return kzalloc(size, gfp);
	p = alloc_pages_exact(size, gfp | __GFP_NORETRY);
	return p ? p : __vmalloc(size, gfp);
}

static inline void bailey_large_free(void *p, size_t size)
{
	if (size <= PAGE_SIZE || is_vmalloc_addr(p))
		kvfree(p);
	else
		free_pages_exact(p, size);
}

/*
 * Memory for many objects of one size, which kvzalloc() would round up. Its
 * owner initialises it before the first object, or never.
 */
struct bailey_pool {
	const char *name;
	size_t size;
	struct kmem_cache *cache;
};

static inline int bailey_pool_init(struct bailey_pool *pool)
{
	pool->cache = kmem_cache_create(pool->name, pool->size, 0, SLAB_ACCOUNT, NULL);
	return pool->cache ? 0 : -ENOMEM;
}

static inline void bailey_pool_exit(struct bailey_pool *pool)
{
	kmem_cache_destroy(pool->cache);
	pool->cache = NULL;
}

static inline void *bailey_pool_zalloc(struct bailey_pool *pool)
{
	if (!pool->cache)
		return bailey_zalloc(pool->size);
	return kmem_cache_zalloc(pool->cache, GFP_KERNEL | __GFP_NOWARN);
}

static inline void bailey_pool_free(struct bailey_pool *pool, void *p)
{
	if (!pool->cache)
		bailey_free(p);
	else
		kmem_cache_free(pool->cache, p);
}

struct bailey_refcount {
	refcount_t count;
};

static inline void bailey_ref_init(struct bailey_refcount *ref)
{
	refcount_set(&ref->count, 1);
}

static inline void bailey_ref_get(struct bailey_refcount *ref)
{
	refcount_inc(&ref->count);
}

static inline bool bailey_ref_put(struct bailey_refcount *ref)
{
	return refcount_dec_and_test(&ref->count);
}

static inline bool bailey_ref_shared(const struct bailey_refcount *ref)
{
	return refcount_read(&ref->count) > 1;
}

/* Pairs with a release by whoever shares a connection with other CPUs. */
#define bailey_load_acquire(p)	smp_load_acquire(p)
/* Pairs with bailey_load_acquire() by packets of other CPUs. */
#define bailey_store_release(p, v) smp_store_release(p, v)

/* A lock, links and marks of whoever keeps a connection: see module/conn_table.h */
#define BAILEY_OWNER_SIZE	(30 + sizeof(spinlock_t))

/* Counters of packets lie apart, one for each CPU: see module/counter.c. */
typedef u32 bailey_counter;
struct bailey_count;
int bailey_counter_init(bailey_counter *counter);
void bailey_counter_exit(bailey_counter *counter);
void bailey_counter_add(bailey_counter *counter, u32 bytes, u32 now);
void bailey_counter_read(const bailey_counter *counter, struct bailey_count *count);

#else /* a program */

#include <endian.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stdarg.h>
#include <sys/types.h>
#include <linux/types.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

#define be16_to_cpu(v)	be16toh((__u16)(v))
#define be32_to_cpu(v)	be32toh((__u32)(v))
#define cpu_to_be16(v)	((__be16)htobe16(v))
#define cpu_to_be32(v)	((__be32)htobe32(v))

#define U16_MAX		((u16)~0U)
#define U32_MAX		((u32)~0U)

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define READ_ONCE(x)	(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))
#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)
#define fallthrough	__attribute__((__fallthrough__))
#define __printf(a, b)	__attribute__((__format__(__printf__, a, b)))
#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))
#define min_t(t, a, b)	((t)(a) < (t)(b) ? (t)(a) : (t)(b))
#define max_t(t, a, b)	((t)(a) > (t)(b) ? (t)(a) : (t)(b))
#ifndef static_assert
#define static_assert	_Static_assert
#endif

/* Tests make the n-th allocation fail through this hook (tests/unit). */
#ifdef BAILEY_FAULT_INJECTION
void *bailey_test_zalloc(size_t size);
#define bailey_zalloc(size)	bailey_test_zalloc(size)
#else
#define bailey_zalloc(size)	calloc(1, size)
#endif
#define bailey_free(p)		free(p)

/* On a border of cache lines, as in the kernel. */
static inline void *bailey_large_zalloc(size_t size)
{
#ifdef BAILEY_FAULT_INJECTION
	return bailey_zalloc(size);
#else
	size_t lines = (size + 63) / 64 * 64;
	void *p = aligned_alloc(64, lines);

	return p ? memset(p, 0, lines) : NULL;
#endif
}

static inline void bailey_large_free(void *p, size_t size)
{
	(void)size;
	bailey_free(p);
}

#define bailey_yield()		do { } while (0)
#define bailey_killed()		false
#define bailey_lowest_bit(word)	__builtin_ctzl(word)
#define bailey_random()		0x5bd1e9955bd1e995ULL	/* the same in each run */
#define bailey_prefetch(p)	__builtin_prefetch(p)
#define bailey_mul_high(a, b)	((u64)((__uint128_t)(a) * (b) >> 64))
#define bailey_divide(n, by)	((u64)(n) / (u32)(by))

struct bailey_pool {
	const char *name;
	size_t size;
};

static inline int bailey_pool_init(struct bailey_pool *pool)
{
	(void)pool;
	return 0;
}

static inline void bailey_pool_exit(struct bailey_pool *pool)
{
	(void)pool;
}

static inline void *bailey_pool_zalloc(struct bailey_pool *pool)
{
	return bailey_zalloc(pool->size);
}

static inline void bailey_pool_free(struct bailey_pool *pool, void *p)
{
	(void)pool;
	bailey_free(p);
}

struct bailey_refcount {
	u32 count;
};

static inline void bailey_ref_init(struct bailey_refcount *ref)
{
	ref->count = 1;
}

static inline void bailey_ref_get(struct bailey_refcount *ref)
{
	ref->count++;
}

static inline bool bailey_ref_put(struct bailey_refcount *ref)
{
	return --ref->count == 0;
}

static inline bool bailey_ref_shared(const struct bailey_refcount *ref)
{
	return ref->count > 1;
}

#define bailey_load_acquire(p)	READ_ONCE(*(p))
#define bailey_store_release(p, v) WRITE_ONCE(*(p), v)

#define BAILEY_OWNER_SIZE	34

static inline void sort(void *base, size_t num, size_t size,
			int (*cmp)(const void *, const void *), void *swap)
{
	(void)swap;
	if (num)
		qsort(base, num, size, cmp);
}

/* As libc has it; its header shows it to _GNU_SOURCE only. */
void qsort_r(void *base, size_t num, size_t size,
	     int (*cmp)(const void *, const void *, void *), void *arg);

static inline void sort_r(void *base, size_t num, size_t size,
			  int (*cmp)(const void *, const void *, const void *),
			  void *swap, const void *priv)
{
	(void)swap;
	if (num)
		qsort_r(base, num, size,
			(int (*)(const void *, const void *, void *))cmp,
			(void *)priv);
}

#endif /* __KERNEL__ */

#include <linux/bailey.h>

/* Not zeroed for safety's sake (CONFIG_INIT_STACK_ALL_ZERO): it is filled in at once. */
#if __has_attribute(uninitialized)
#define BAILEY_UNSET	__attribute__((uninitialized))
#else
#define BAILEY_UNSET
#endif

/**
 * struct bailey_count - what a counter has counted
 * @packets: packets
 * @bytes: their bytes
 * @last: when the last one came, in the caller's seconds; 0 if there was none
 */
struct bailey_count {
	u64 packets;
	u64 bytes;
	u32 last;
};

/**
 * bailey_yield_often() - let others run, now and then in a loop over very many
 * @i: what the loop counts
 *
 * Context: Process.
 */
static inline void bailey_yield_often(u32 i)
{
	if (!(i & 1023))
		bailey_yield();
}

#ifndef __KERNEL__

typedef struct bailey_count bailey_counter;

static inline int bailey_counter_init(bailey_counter *counter)
{
	memset(counter, 0, sizeof(*counter));
	return 0;
}

static inline void bailey_counter_exit(bailey_counter *counter)
{
	(void)counter;
}

static inline void bailey_counter_add(bailey_counter *counter, u32 bytes, u32 now)
{
	counter->packets++;
	counter->bytes += bytes;
	counter->last = now;
}

static inline void bailey_counter_read(const bailey_counter *counter,
				       struct bailey_count *count)
{
	*count = *counter;
}

#endif

/**
 * bailey_get_be16() - read 16 bits of network order from any address
 * @p: where, aligned or not
 *
 * Return: the value in host order.
 */
static inline u16 bailey_get_be16(const u8 *p)
{
	return (u16)(p[0] << 8 | p[1]);
}

/**
 * bailey_get_be32() - read 32 bits of network order from any address
 * @p: where, aligned or not
 *
 * Return: the value in host order.
 */
static inline u32 bailey_get_be32(const u8 *p)
{
	return (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3];
}

/**
 * bailey_get_be64() - read 64 bits of network order from any address
 * @p: where, aligned or not
 *
 * Return: the value in host order.
 */
static inline u64 bailey_get_be64(const u8 *p)
{
	return (u64)bailey_get_be32(p) << 32 | bailey_get_be32(p + 4);
}

#endif /* BAILEY_ENGINE_BASE_H */
