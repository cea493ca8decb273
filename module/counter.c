// SPDX-License-Identifier: GPL-2.0
/*
 * Counters of rules: exact, and without a line that two CPUs write.
 *
 * A counter is a number: which page of slots, and which slot in it. Of each page there is
 * one that all may add to with atomic operations, made with its first counter, and one
 * for each CPU that has ever counted there, made by its first packet. When memory is
 * short that packet, and those behind it, use the common one: slower, and nothing is lost. A
 * machine with one CPU has the common page only. What a counter says is the
 * sum of its slots.
 *
 *	directory ->	page:	0	1	2 ...
 *		common		[slots]	[slots]	[slots]
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
#include <linux/rcupdate.h>
#include <linux/smp.h>
#include <linux/spinlock.h>

#include "counter.h"

/* One counter on one CPU, or the common one. */
struct slot {
	atomic64_t packets;
	atomic64_t bytes;
	u32 last;
	u32 next;		/* common, unused: the next unused one in the page, plus 1 */
};

#define SLOTS	(PAGE_SIZE / sizeof(struct slot) < 256 ? \
		 PAGE_SIZE / sizeof(struct slot) : 256)

/* A page of counters, as those see it who give out numbers. */
struct book {
	u16 used;		/* counters given out */
	u16 first;		/* the first unused one, plus 1 */
};

/*
 * Where the slots are: a row for what is common, then one for each CPU, so that
 * no CPU's row shares many lines with another's. Rows change in place, under @lock;
 * a larger directory takes the place of one that is full.
 */
struct directory {
	struct rcu_head rcu;
	u32 pages;		/* in a row */
	struct slot *slots[];
};

static struct directory __rcu *directory;
static struct book *books;	/* as many as pages in a row */
static u32 pages_used;
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

/* The CPU's own row; of one CPU the common one is that. */
static unsigned int row_of_cpu(unsigned int cpu)
{
	return nr_cpu_ids == 1 ? 0 : cpu + 1;
}

static unsigned int rows(void)
{
	return row_of_cpu(nr_cpu_ids - 1) + 1;
}

/* Take an unused counter of the first page that has one; 0 if none has. */
static u32 take(void)
{
	struct directory *dir = locked_directory();
	u32 page, slot = 0;

	for (page = first_open; dir && page < dir->pages; page++) {
		slot = books[page].first;
		if (!slot)
			continue;
		books[page].first = (*place(dir, 0, page))[slot - 1].next;
		books[page].used++;
		break;
	}
	first_open = page;
	return dir && page < dir->pages ? number_of(page, slot - 1) : 0;
}

/* Room for twice as many pages. */
static int grow(void)
{
	struct directory *dir, *old = locked_directory();
	u32 pages = old ? 2 * old->pages : PAGES_FIRST;
	struct book *more;
	unsigned int row;

	dir = kvzalloc(struct_size(dir, slots, (size_t)pages * rows()),
		       GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	more = kvcalloc(pages, sizeof(*more), GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!dir || !more) {
		kvfree(dir);
		kvfree(more);
		return -ENOMEM;
	}
	dir->pages = pages;
	spin_lock_bh(&lock);
	for (row = 0; old && row < rows(); row++)
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

/* Where a new page may stand; beyond the last place if there is none. */
static u32 vacant(struct directory *dir)
{
	u32 page = 0;

	while (dir && page < dir->pages && *place(dir, 0, page))
		page++;
	return page;
}

static int add_page(void)
{
	struct directory *dir = locked_directory();
	u32 slot, page = vacant(dir);
	struct slot *slots;

	if ((!dir || page == dir->pages) && grow())
		return -ENOMEM;
	slots = (struct slot *)get_zeroed_page(GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!slots)
		return -ENOMEM;
	for (slot = 0; slot + 1 < SLOTS; slot++)
		slots[slot].next = slot + 2;
	WRITE_ONCE(*place(locked_directory(), 0, page), slots);
	books[page] = (struct book){ .first = 1 };
	first_open = page;
	pages_used++;
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
		ret = add_page();
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

/* The last counter of a page has gone. */
static void free_page_of(struct directory *dir, u32 page)
{
	unsigned int row;

	for (row = 0; row < rows(); row++) {
		free_page((unsigned long)*place(dir, row, page));
		WRITE_ONCE(*place(dir, row, page), NULL);
	}
	books[page].first = 0;
	pages_used--;
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
	unsigned int row;
	struct slot *slot;

	if (!number)
		return;
	mutex_lock(&owners);
	spin_lock_bh(&lock);
	dir = locked_directory();
	for (row = 0; row < rows(); row++) {
		slot = slot_of(dir, row, number);
		if (slot)
			*slot = (struct slot){ .next = books[page].first };
	}
	books[page].first = (number & 0xff) + 1;
	first_open = min(first_open, page);
	if (!--books[page].used)
		free_page_of(dir, page);
	spin_unlock_bh(&lock);
	if (!pages_used)
		forget(dir);
	mutex_unlock(&owners);
}

/* The first packet on this CPU for a page. NULL when memory is short. */
static noinline struct slot *own_slot(unsigned int row, u32 number)
{
	struct slot *slots, **at;

	slots = (struct slot *)get_zeroed_page(GFP_NOWAIT | __GFP_NOWARN);
	if (!slots)
		return NULL;
	spin_lock(&lock);
	at = place(locked_directory(), row, page_of(number));
	/* @number's directory may have been an older one, where this did not show yet. */
	if (*at)
		free_page((unsigned long)slots);
	else
		WRITE_ONCE(*at, slots);
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

static noinline void add_to_common(struct slot *slot, u32 bytes, u32 now)
{
	atomic64_inc(&slot->packets);
	atomic64_add(bytes, &slot->bytes);
	if (READ_ONCE(slot->last) != now)
		WRITE_ONCE(slot->last, now);
}

/* Count a packet on this CPU. */
static inline void add(struct directory *dir, u32 number, u32 bytes, u32 now)
{
	unsigned int row = row_of_cpu(smp_processor_id());
	struct slot *slot = slot_of(dir, row, number);

	if (unlikely(!slot))
		slot = own_slot(row, number);
	if (likely(slot))
		add_to_own(slot, bytes, now);
	else
		add_to_common(slot_of(dir, 0, number), bytes, now);
}

/**
 * bailey_counter_add_two_bh() - count a packet on up to two counters
 * @number: the counters; 0 for none
 * @bytes: the packet's length
 * @now: the caller's seconds
 *
 * Context: Under rcu_read_lock(), with bottom halves off. Nothing is lost.
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
 * Context: Softirq or process; under rcu_read_lock(). Nothing is lost.
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
	u64 packets;
	u32 last;

	*count = (struct bailey_count){ 0 };
	rcu_read_lock();
	dir = rcu_dereference(directory);
	for (row = 0; row < rows(); row++) {
		slot = slot_of(dir, row, *counter);
		packets = slot ? atomic64_read(&slot->packets) : 0;
		if (!packets)
			continue;
		last = READ_ONCE(slot->last);
		if (!count->packets || (s32)(last - count->last) > 0)
			count->last = last;
		count->packets += packets;
		count->bytes += atomic64_read(&slot->bytes);
	}
	rcu_read_unlock();
}
