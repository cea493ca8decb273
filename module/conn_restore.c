// SPDX-License-Identifier: GPL-2.0
/*
 * Connections that outlive the module: /proc/net/bailey/snapshot.
 *
 *	begin connections 1
 *	set 3 web,ssh
 *	conn tcp src … (engine/conn_save.c)
 *	commit
 *
 * Read, it is what is there; written, to a namespace whose policy is in force, it is
 * there again. Lines come in any number of writes. Each becomes an entry
 * at once, which waits, charged to its writer; nothing of it is in the table before
 * the commit, and one refused line throws all away. A commit puts in what the limits of
 * the table allow, under the store's lock, so that the policy stays meanwhile.
 *
 * What doors remember is a group set's number, which is another one in another
 * policy. A set of the same groups is the same set. One that nobody has any more gets a
 * number that nobody else has, so that its side is judged as after a change of
 * the policy in which it went.
 */
#include "conn_restore.h"

#include <linux/slab.h>
#include <linux/xarray.h>

#include "engine/conn_save.h"

#define LINE_LONGEST	8192	/* a set of the most groups with the longest names */

/**
 * struct bailey_restore - connections that are being written
 * @bn: the namespace
 * @policy: in force at "begin"; NULL while nothing is open
 * @poisoned: a line was refused: nothing is taken until begin or abort
 * @torn: the rest of a line that was refused has not come yet
 * @line: number of the last line
 * @rest: the beginning of a line that has not ended
 * @sets: numbers of sets here, by their numbers in what is written
 * @gone: what stands for sets without a line; 0 until there is one
 * @entries: what waits for the commit, by &bailey_conn_entry.queue
 * @count: how many these are
 * @away: connections whose interfaces are not there
 * @too_many: connections for which the table has no room, however empty
 * @saved: the line at hand
 * @conn: what becomes of it
 */
struct bailey_restore {
	struct bailey_net *bn;
	struct bailey_policy *policy;
	bool poisoned;
	bool torn;
	u32 line;
	struct bailey_out rest;
	struct xarray sets;
	u32 gone;
	struct list_head entries;
	unsigned long count;
	unsigned long away;
	unsigned long too_many;
	struct bailey_saved_conn saved;
	struct bailey_conn conn;
};

/**
 * bailey_restore_head() - what stands before the connections
 * @bn: the namespace
 * @out: where to
 *
 * Context: Process.
 * Return: the revocation epoch of the policy that this is about.
 */
u32 bailey_restore_head(struct bailey_net *bn, struct bailey_out *out)
{
	struct bailey_policy *policy = bailey_store_policy_get(&bn->store);
	u32 epoch = 0;

	bailey_out_printf(out, "begin connections %u\n", BAILEY_SAVE_VERSION);
	if (policy) {
		epoch = policy->epoch;
		bailey_saved_sets_print(policy, out);
		bailey_policy_put(policy);
	}
	return epoch;
}

static bool device_name(struct net *net, u32 ifindex, char *name)
{
	const struct net_device *dev = ifindex ? dev_get_by_index_rcu(net, ifindex) : NULL;

	if (dev)
		strscpy(name, dev->name, BAILEY_IFNAME_MAX + 1);
	return dev || !ifindex;
}

/**
 * bailey_restore_print() - append a connection, if its interfaces are still there
 * @net: its namespace
 * @entry: the connection
 * @epoch: from bailey_restore_head()
 * @now: bailey_conn_now()
 * @out: where to; has room for 1024 bytes, so that nothing is allocated here
 *
 * Context: Process, under rcu_read_lock().
 */
void bailey_restore_print(struct net *net, struct bailey_conn_entry *entry, u32 epoch,
			  u32 now, struct bailey_out *out)
{
	struct bailey_saved_conn saved;
	struct bailey_conn conn;
	u32 side, end;
	s32 left;

	bailey_conn_entry_read(entry, &conn);
	bailey_saved_conn_take(&saved, &conn);
	for (side = 0; side < 2; side++) {
		end = side == BAILEY_ORIGINATOR ? conn.orig_end : !conn.orig_end;
		if (!device_name(net, conn.ifindex[side], saved.dev[side]) ||
		    !device_name(net, bailey_conn_key_domain(&conn.key, end),
				 saved.vrf[side]))
			return;
	}
	/* The deadline is rounded up by a second: see bailey_conn_deadline(). */
	left = conn.expires - now - 1;
	saved.left = max(left, 0);
	saved.ask = conn.epoch != epoch;
	bailey_saved_conn_print(&saved, out);
}

/* Throw away what was written since "begin". */
static void drop(struct bailey_restore *restore)
{
	struct bailey_conn_entry *entry, *next;

	list_for_each_entry_safe(entry, next, &restore->entries, queue)
		bailey_conn_entry_free(entry);
	INIT_LIST_HEAD(&restore->entries);
	xa_destroy(&restore->sets);
	bailey_policy_put(restore->policy);
	restore->policy = NULL;
	restore->gone = 0;
	restore->count = 0;
	restore->away = 0;
	restore->too_many = 0;
}

/* A number that no set of this namespace has or will have. */
static u32 number_for_nobody(struct bailey_net *bn)
{
	u32 number;

	mutex_lock(&bn->store.lock);
	number = bn->store.next_set_id++;
	mutex_unlock(&bn->store.lock);
	return number;
}

static int take_set(struct bailey_restore *restore, struct bailey_lexer *lex)
{
	u32 number, id;
	int ret = bailey_saved_set_parse(restore->policy, lex, &number, &id);

	if (ret)
		return ret;
	if (xa_load(&restore->sets, number))
		return bailey_lexer_fail(lex, -EEXIST, "", "this number was given before");
	if (!id)
		id = number_for_nobody(restore->bn);
	return xa_err(xa_store(&restore->sets, number, xa_mk_value(id), GFP_KERNEL_ACCOUNT));
}

static u32 set_here(struct bailey_restore *restore, u32 number)
{
	void *id = number ? xa_load(&restore->sets, number) : NULL;

	if (id)
		return xa_to_value(id);
	if (number && !restore->gone)
		restore->gone = number_for_nobody(restore->bn);
	return number ? restore->gone : 0;
}

/* 0 for this machine and the main domain. Returns false if there is none of the name. */
static bool find_device(struct net *net, const char *name, bool master, u32 *ifindex)
{
	const struct net_device *dev = *name ? dev_get_by_name_rcu(net, name) : NULL;

	*ifindex = dev ? dev->ifindex : 0;
	return !*name || (dev && (!master || netif_is_l3_master(dev)));
}

static bool find_places(const struct bailey_restore *restore, u32 ifindex[2], u32 domain[2])
{
	const struct bailey_saved_conn *saved = &restore->saved;
	struct net *net = restore->bn->net;
	bool all = true;
	u32 side;

	rcu_read_lock();
	for (side = 0; side < 2; side++)
		all = all && find_device(net, saved->dev[side], false, &ifindex[side]) &&
		      find_device(net, saved->vrf[side], true, &domain[side]);
	rcu_read_unlock();
	return all;
}

static struct bailey_conn_entry *make_entry(struct bailey_restore *restore)
{
	const struct bailey_saved_conn *saved = &restore->saved;
	struct bailey_conn *conn = &restore->conn;
	struct bailey_conn_entry *entry;

	entry = bailey_conn_entry_alloc(&conn->key, GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!entry)
		return NULL;
	entry->conn.orig_end = conn->orig_end;
	entry->conn.ifindex[0] = conn->ifindex[0];
	entry->conn.ifindex[1] = conn->ifindex[1];
	entry->conn.set[0] = set_here(restore, saved->set[0]);
	entry->conn.set[1] = set_here(restore, saved->set[1]);
	/* Any other epoch than the policy's says that all are asked again. */
	entry->conn.epoch = restore->policy->epoch - saved->ask;
	entry->conn.expires = bailey_conn_deadline(bailey_conn_now(), saved->left);
	bailey_track_copy(&entry->conn.track, &conn->track,
			  bailey_track_words(conn->key.proto));
	return entry;
}

static int take_conn(struct bailey_restore *restore, struct bailey_lexer *lex)
{
	u32 max = bailey_sysctl_max_connections(&restore->bn->sysctls);
	struct bailey_conn_entry *entry;
	u32 ifindex[2], domain[2];
	int ret = bailey_saved_conn_parse(&restore->saved, lex);

	if (ret)
		return ret;
	if (!find_places(restore, ifindex, domain)) {
		restore->away++;
		return 0;
	}
	if (restore->count >= max) {
		restore->too_many++;
		return 0;
	}
	bailey_saved_conn_give(&restore->saved, domain, &restore->conn);
	restore->conn.ifindex[0] = ifindex[0];
	restore->conn.ifindex[1] = ifindex[1];
	entry = make_entry(restore);
	if (!entry)
		return -ENOMEM;
	list_add_tail(&entry->queue, &restore->entries);
	restore->count++;
	return 0;
}

static int insert(struct bailey_net *bn, struct bailey_conn_entry *entry)
{
	const struct bailey_conn_limits limits = {
		.connections = bailey_sysctl_max_connections(&bn->sysctls),
		.per_source = bailey_sysctl_max_per_source(&bn->sysctls),
	};
	struct bailey_conn_entry *first;
	int ret;

	/* The place in our list was where answers are kept. */
	memset(entry->memo, 0, sizeof(entry->memo));
	rcu_read_lock();
	ret = bailey_conn_table_insert(&bn->conns, entry, bailey_conn_hash(&entry->conn.key),
				       &first, &limits);
	rcu_read_unlock();
	if (ret)
		bailey_conn_entry_free(entry);
	return ret;
}

static void insert_all(struct bailey_restore *restore, struct bailey_diag *diag)
{
	unsigned long restored = 0, known = 0, refused = restore->too_many;
	struct bailey_conn_entry *entry, *next;
	int ret;

	/* All of it, even if the writer is being killed: half would be none of both. */
	list_for_each_entry_safe(entry, next, &restore->entries, queue) {
		list_del(&entry->queue);
		ret = insert(restore->bn, entry);
		restored += !ret;
		known += ret == -EEXIST;
		refused += ret && ret != -EEXIST;
		cond_resched();
	}
	bailey_out_printf(&diag->notes, "restored %lu known %lu refused %lu away %lu\n",
			  restored, known, refused, restore->away);
}

static int commit(struct bailey_restore *restore, struct bailey_lexer *lex)
{
	struct bailey_net *bn = restore->bn;
	int ret = bailey_lexer_end(lex);

	if (ret)
		return ret;
	mutex_lock(&bn->store.lock);
	if (bn->hooked)
		insert_all(restore, lex->diag);
	else
		ret = bailey_diag_fail(lex->diag, -ENOENT, restore->line, 1,
				       "the policy in force asks nobody: there are no connections");
	mutex_unlock(&bn->store.lock);
	drop(restore);
	return ret;
}

static int begin(struct bailey_restore *restore, struct bailey_lexer *lex)
{
	u32 version;
	int ret;

	drop(restore);
	restore->poisoned = false;
	if (!bailey_lexer_accept(lex, "connections"))
		return bailey_lexer_fail(lex, -EINVAL, "connections", "this is no snapshot");
	ret = bailey_lexer_number(lex, "the version", 1, U32_MAX, &version);
	if (!ret && version != BAILEY_SAVE_VERSION)
		ret = bailey_lexer_fail(lex, -EINVAL, "", "version %u is not known here",
					version);
	if (!ret)
		ret = bailey_lexer_end(lex);
	if (ret)
		return ret;
	restore->policy = bailey_store_policy_get(&restore->bn->store);
	return restore->policy ? 0 : -EIO;
}

static int abort_line(struct bailey_restore *restore, struct bailey_lexer *lex)
{
	drop(restore);
	restore->poisoned = false;
	return bailey_lexer_end(lex);
}

static int take_line(struct bailey_restore *restore, struct bailey_lexer *lex)
{
	if (!bailey_lexer_next(lex))
		return 0;
	if (bailey_lexer_accept(lex, "begin"))
		return begin(restore, lex);
	if (bailey_lexer_accept(lex, "abort"))
		return abort_line(restore, lex);
	if (restore->poisoned)
		return bailey_lexer_fail(lex, -EINVAL, "begin or abort",
					 "a line before this one was refused");
	if (!restore->policy)
		return bailey_lexer_fail(lex, -EINVAL, "begin connections 1",
					 "a snapshot begins otherwise");
	if (bailey_lexer_accept(lex, "conn"))
		return take_conn(restore, lex);
	if (bailey_lexer_accept(lex, "set"))
		return take_set(restore, lex);
	if (bailey_lexer_accept(lex, "commit"))
		return commit(restore, lex);
	return bailey_lexer_fail(lex, -EINVAL, "set, conn, commit or abort",
				 "this word is not known here");
}

/* One line, perhaps begun by the write before. */
static int feed_line(struct bailey_restore *restore, const char *text, size_t len,
		     struct bailey_diag *diag)
{
	struct bailey_lexer lex;
	int ret;

	if (restore->rest.len) {
		bailey_out_bytes(&restore->rest, text, len);
		text = restore->rest.buf;
		len = restore->rest.len;
	}
	bailey_lexer_init(&lex, text, len, ++restore->line, diag);
	if (restore->rest.failed)
		ret = -ENOMEM;
	else if (len > LINE_LONGEST)
		ret = bailey_lexer_fail(&lex, -E2BIG, "", "the line is too long");
	else
		ret = take_line(restore, &lex);
	bailey_out_reset(&restore->rest);
	if (!ret)
		return 0;
	if (!diag->error.code)
		bailey_diag_fail(diag, ret, restore->line, 1, ret == -ENOMEM ?
				 "out of memory" : "refused (%d)", ret);
	return ret;
}

static int feed_lines(struct bailey_restore *restore, const char *text, size_t len,
		      struct bailey_diag *diag)
{
	const char *end;
	int ret = 0;
	size_t n;

	while (len && !ret) {
		if (fatal_signal_pending(current))
			return -EINTR;
		end = memchr(text, '\n', len);
		n = end ? end - text : len;
		if (!end && restore->rest.len + n <= LINE_LONGEST) {
			bailey_out_bytes(&restore->rest, text, n);
			return restore->rest.failed ? -ENOMEM : 0;
		}
		ret = feed_line(restore, text, n, diag);
		n += !!end;
		text += n;
		len -= n;
		cond_resched();
	}
	return ret;
}

/* What is left of a line whose beginning was refused. */
static void skip_torn(struct bailey_restore *restore, const char **text, size_t *len)
{
	const char *end = memchr(*text, '\n', *len);
	size_t n = end ? end - *text + 1 : *len;

	restore->torn = !end;
	*text += n;
	*len -= n;
}

/**
 * bailey_restore_lose() - a piece did not get here
 * @restore: from bailey_restore_create(), or NULL
 * @torn: it ended inside a line, for all that is known
 *
 * What is open is thrown away, so that nothing is restored without a piece from its
 * middle.
 *
 * Context: Process.
 */
void bailey_restore_lose(struct bailey_restore *restore, bool torn)
{
	if (!restore)
		return;
	drop(restore);
	bailey_out_reset(&restore->rest);
	restore->poisoned = true;
	restore->torn = torn;
}

/**
 * bailey_restore_feed() - take a piece of a snapshot
 * @restore: from bailey_restore_create()
 * @text: what was written
 * @len: its length
 * @diag: what was refused, or the answer to a commit
 *
 * Context: Process.
 * Return: 0 or a negative errno; what was written since "begin" is thrown away then.
 */
int bailey_restore_feed(struct bailey_restore *restore, const char *text, size_t len,
			struct bailey_diag *diag)
{
	bool torn = len && text[len - 1] != '\n';
	int ret;

	if (restore->torn)
		skip_torn(restore, &text, &len);
	if (restore->torn)
		return bailey_diag_fail(diag, -EINVAL, 1, 1,
					"an earlier part of this line was refused");
	ret = feed_lines(restore, text, len, diag);
	if (ret)
		bailey_restore_lose(restore, torn);
	return ret;
}

/**
 * bailey_restore_create() - for a descriptor that is written to
 * @bn: its namespace, which outlives this
 *
 * Context: Process.
 * Return: to be given to bailey_restore_destroy(); NULL when memory is short.
 */
struct bailey_restore *bailey_restore_create(struct bailey_net *bn)
{
	struct bailey_restore *restore = kzalloc(sizeof(*restore), GFP_KERNEL_ACCOUNT);

	if (!restore)
		return NULL;
	restore->bn = bn;
	xa_init(&restore->sets);
	INIT_LIST_HEAD(&restore->entries);
	return restore;
}

/**
 * bailey_restore_destroy() - the descriptor is closed; what waits is thrown away
 * @restore: from bailey_restore_create(), or NULL
 *
 * Context: Process. The namespace may be gone, but not the module.
 */
void bailey_restore_destroy(struct bailey_restore *restore)
{
	if (!restore)
		return;
	drop(restore);
	bailey_out_destroy(&restore->rest);
	kfree(restore);
}
