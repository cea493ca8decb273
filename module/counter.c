// SPDX-License-Identifier: GPL-2.0
/*
 * Counters of rules: exact, and without a line that two CPUs write.
 *
 * A counter is a number: which page of slots, and which slot in it. Each CPU that has ever
 * counted in a page has one of its own, made by its first packet there: rules that no packet
 * ever matches take no memory for their counters, be there 100,000 of them. When there is no
 * memory that packet is counted in one of a few places that all share (counter_reserve.c). What
 * a counter says is the sum of its slots.
 *
 *	directory ->	page:	0	1	2 ...
 *		CPU 0		[slots]	-	[slots]
 *		CPU 1		-	-	[slots]
 *
 * Locking: packets read the directory under RCU and add to their own CPU's slot
 * with bottom halves off. @owners serialises those who make and destroy counters, @lock
 * changes of the directory, by them and by packets. A counter is destroyed when no packet
 * can have it any more; its slots are cleared then.
 */
#include <linux/bitmap.h>
#include <linux/bottom_half.h>
#include <linux/mutex.h>
#include <linux/net.h>
#include <linux/rcupdate.h>
#include <linux/smp.h>
#include <linux/spinlock.h>

#include "counter.h"
#include "counter_reserve.h"

/* One counter on one CPU. */
struct slot {
	atomic64_t packets;
	atomic64_t bytes;
	u32 last;
};

#define SLOTS	(PAGE_SIZE / sizeof(struct slot) < 256 ? \
		 PAGE_SIZE / sizeof(struct slot) : 256)

/* A page of counters, as those see it who give out numbers. */
struct book {
	DECLARE_BITMAP(taken, SLOTS);
};

/*
 * Where the slots are: a row for each CPU, so that no CPU's row shares many lines
 * with another's. Rows change in place, under @lock; a larger directory takes the place
 * of one that is full.
 */
struct directory {
	struct rcu_head rcu;
	u32 pages;		/* in a row */
	struct slot *slots[];
};

static struct directory __rcu *directory;
static struct book *books;	/* as many as pages in a row */
static u32 used;		/* counters given out */
static u32 first_open;		/* no page before it has an unused counter */
static DEFINE_SPINLOCK(lock);
static DEFINE_MUTEX(owners);

#define PAGES_FIRST	16

/* 0 is no counter. */
static u32 number_of(u32 page, u32 slot)
{
	return (page + 1) << 8 | slot;
}

static u32 page_of(u32 number)
{
	return (number >> 8) - 1;
}

static struct slot **place(struct directory *dir, unsigned int row, u32 page)
{
	return &dir->slots[(size_t)row * dir->pages + page];
}

static struct slot *slot_of(struct directory *dir, unsigned int row, u32 number)
{
	struct slot *slots = READ_ONCE(*place(dir, row, page_of(number)));

	return slots ? &slots[number & 0xff] : NULL;
}

static struct directory *locked_directory(void)
{
	return rcu_dereference_protected(directory, lockdep_is_held(&lock) ||
					 lockdep_is_held(&owners));
}

/* Take an unused counter of the first page that has one; 0 if none has. */
static u32 take(void)
{
	struct directory *dir = locked_directory();
	u32 page, slot;

	for (page = first_open; dir && page < dir->pages; page++) {
		slot = find_first_zero_bit(books[page].taken, SLOTS);
		if (slot == SLOTS)
			continue;
		__set_bit(slot, books[page].taken);
		used++;
		first_open = page;
		return number_of(page, slot);
	}
	first_open = page;
	return 0;
}

/* Room for twice as many pages. */
static int grow(void)
{
	struct directory *dir, *old = locked_directory();
	u32 pages = old ? 2 * old->pages : PAGES_FIRST;
	struct book *more;
	unsigned int row;

	dir = kvzalloc(struct_size(dir, slots, (size_t)pages * nr_cpu_ids),
		       GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	more = kvcalloc(pages, sizeof(*more), GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!dir || !more) {
		kvfree(dir);
		kvfree(more);
		return -ENOMEM;
	}
	dir->pages = pages;
	spin_lock_bh(&lock);
	for (row = 0; old && row < nr_cpu_ids; row++)
		memcpy(place(dir, row, 0), place(old, row, 0),
		       old->pages * sizeof(*dir->slots));
	rcu_assign_pointer(directory, dir);
	spin_unlock_bh(&lock);
	if (old)
		memcpy(more, books, old->pages * sizeof(*more));
	kvfree(books);
	books = more;
	if (old)
		kvfree_rcu(old, rcu);
	return 0;
}

/**
 * bailey_counter_init() - begin to count
 * @counter: filled in
 *
 * Context: Process; may sleep.
 * Return: 0 or -ENOMEM.
 */
int bailey_counter_init(bailey_counter *counter)
{
	int ret = 0;

	mutex_lock(&owners);
	while (!(*counter = take()) && !ret)
		ret = grow();
	mutex_unlock(&owners);
	return ret;
}

/* The last counter of all has gone. */
static void forget(struct directory *dir)
{
	rcu_assign_pointer(directory, NULL);
	kvfree(books);
	books = NULL;
	first_open = 0;
	kvfree_rcu(dir, rcu);
}

/* A counter has gone: nothing of it stays, nor of its page, if it was the last there. */
static void clear(struct directory *dir, u32 number, bool last)
{
	unsigned int row;
	struct slot *slot;

	for (row = 0; row < nr_cpu_ids; row++) {
		slot = slot_of(dir, row, number);
		if (slot)
			*slot = (struct slot){ 0 };
		if (!slot || !last)
			continue;
		free_page((unsigned long)*place(dir, row, page_of(number)));
		WRITE_ONCE(*place(dir, row, page_of(number)), NULL);
	}
	bailey_reserve_clear(number);
}

/**
 * bailey_counter_exit() - stop counting
 * @counter: from bailey_counter_init(), or 0; no packet may have it any more
 *
 * Context: Process.
 */
void bailey_counter_exit(bailey_counter *counter)
{
	u32 number = *counter, page = page_of(number);
	struct directory *dir;

	if (!number)
		return;
	mutex_lock(&owners);
	spin_lock_bh(&lock);
	dir = locked_directory();
	__clear_bit(number & 0xff, books[page].taken);
	clear(dir, number, bitmap_empty(books[page].taken, SLOTS));
	spin_unlock_bh(&lock);
	first_open = min(first_open, page);
	if (!--used)
		forget(dir);
	mutex_unlock(&owners);
}

/* The first packet on this CPU for a page. NULL when memory is short. */
static noinline struct slot *own_slot(unsigned int row, u32 number)
{
	struct slot *slots, **at;

	slots = (struct slot *)get_zeroed_page(GFP_ATOMIC | __GFP_NOWARN);
	if (!slots)
		return NULL;
	spin_lock(&lock);
	at = place(locked_directory(), row, page_of(number));
	/* @number's directory may have been an older one, where this did not show yet. */
	if (*at)
		free_page((unsigned long)slots);
	else
		smp_store_release(at, slots); /* readers find it zeroed */
	slots = *at;
	spin_unlock(&lock);
	return &slots[number & 0xff];
}

static void add_to_own(struct slot *slot, u32 bytes, u32 now)
{
	atomic64_set(&slot->packets, atomic64_read(&slot->packets) + 1);
	atomic64_set(&slot->bytes, atomic64_read(&slot->bytes) + bytes);
	if (slot->last != now)
		WRITE_ONCE(slot->last, now);
}

static noinline void add_to_reserve(u32 number, u32 bytes, u32 now)
{
	if (!bailey_reserve_add(number, bytes, now))
		net_warn_ratelimited("bailey: a packet was not counted, for want of memory\n");
}

/* Count a packet on this CPU. */
static inline void add(struct directory *dir, u32 number, u32 bytes, u32 now)
{
	unsigned int row = smp_processor_id();
	struct slot *slot = slot_of(dir, row, number);

	if (unlikely(!slot))
		slot = own_slot(row, number);
	if (likely(slot))
		add_to_own(slot, bytes, now);
	else
		add_to_reserve(number, bytes, now);
}

/**
 * bailey_counter_add_two_bh() - count a packet on up to two counters
 * @number: the counters; 0 for none
 * @bytes: the packet's length
 * @now: the caller's seconds
 *
 * Context: Under rcu_read_lock(), with bottom halves off.
 */
void bailey_counter_add_two_bh(const u32 number[2], u32 bytes, u32 now)
{
	struct directory *dir;
	unsigned int i;

	/* Who has seen the numbers sees the directory that has them. */
	smp_rmb();
	dir = rcu_dereference(directory);
	for (i = 0; i < 2; i++)
		if (number[i])
			add(dir, number[i], bytes, now);
}

/**
 * bailey_counter_add() - count a packet
 * @counter: the counter
 * @bytes: the packet's length
 * @now: the caller's seconds
 *
 * Context: Softirq or process; under rcu_read_lock().
 */
void bailey_counter_add(bailey_counter *counter, u32 bytes, u32 now)
{
	const u32 number[2] = { *counter };

	local_bh_disable();
	bailey_counter_add_two_bh(number, bytes, now);
	local_bh_enable();
}

/**
 * bailey_counter_read() - what was counted so far
 * @counter: the counter
 * @count: filled in
 *
 * Context: Any.
 */
void bailey_counter_read(const bailey_counter *counter, struct bailey_count *count)
{
	struct directory *dir;
	struct slot *slot;
	unsigned int row;

	*count = (struct bailey_count){ 0 };
	rcu_read_lock();
	dir = rcu_dereference(directory);
	for (row = 0; row < nr_cpu_ids; row++) {
		slot = slot_of(dir, row, *counter);
		if (slot)
			bailey_count_sum(count, atomic64_read(&slot->packets),
					 atomic64_read(&slot->bytes), READ_ONCE(slot->last));
	}
	bailey_reserve_read(*counter, count);
	rcu_read_unlock();
}
