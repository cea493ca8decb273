// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/net/bailey: text in, text out.
 *
 * Every file is a kind of conversation: what is read at its beginning is made
 * then and served from memory, so that a reader sees one state however small its
 * reads are; what is written is answered on the same descriptor, and the answer
 * is what reads return from then on. Some files are made while they are read, a
 * piece at a time: "connections" and "snapshot", which have an end, and "events" and
 * "flow_log", of which a read returns what is new, so that their end is never the last one.
 *
 * An open file holds no reference to its namespace or to this module: either may
 * go, and later calls get EIO. A call that is under way keeps the namespace, so
 * that the end of namespaces, which come to an end one after the other, waits for
 * nobody; removing the module waits for calls under way, which a signal ends.
 *
 * Files belong to root of the user namespace that owns the network namespace.
 * Where both were made by one unshare(2), that root has no number yet when the
 * files are made: then their mode keeps nobody out, and open() does, who lacks
 * CAP_NET_ADMIN in that user namespace.
 */
#include "procfs.h"

#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/uaccess.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>

#include "ask.h"
#include "conn_restore.h"
#include "conn_text.h"
#include "control.h"
#include "engine/policy_text.h"

#define PIECE		(64 * 1024)	/* bytes of "connections" made at a time */
#define LINE_ROOM	1024		/* at least what one connection needs */
#define LOOKS_MAX	4096		/* entries looked at for one piece */
#define REQUEST_MAX	(64 * 1024)	/* bytes written to most files at once */
#define SNAPSHOT_MAX	(1024 * 1024)	/* and to "snapshot" */

struct conversation;

/* When what is read is made. */
enum file_flow {
	WHOLE,		/* at the beginning */
	IN_PIECES,	/* piece by piece from the beginning on */
	FOLLOWING,	/* piece by piece; there is no beginning to go back to */
};

/* What of a snapshot comes next. */
enum snapshot_stage {
	HEAD,
	CONNS,
	NOTHING,
};

/* What is different from one file to the next. */
struct file_kind {
	const char *name;
	umode_t mode;
	enum file_flow flow;
	int (*show)(struct conversation *talk);
	int (*take)(struct conversation *talk, const char *text, size_t len,
		    struct bailey_diag *diag);
};

/**
 * struct conversation - one open file
 * @bn: the namespace
 * @kind: which file
 * @lock: one call at a time
 * @script: "policy": transactions that are being written
 * @iter: "connections", "snapshot": where the reader is
 * @reading: @iter is in use
 * @stage: "snapshot": which part comes next
 * @epoch: "snapshot": of the policy that it is about
 * @restore: "snapshot": what is being written
 * @watch: "events": what the reader has not seen yet
 * @flows: "flow_log": likewise
 * @answered: @text is the answer to a write
 * @text: what reads return
 */
struct conversation {
	struct bailey_net *bn;
	const struct file_kind *kind;
	struct mutex lock;	/* one call at a time */
	struct bailey_script script;
	struct bailey_conn_iter iter;
	bool reading;
	enum snapshot_stage stage;
	u32 epoch;
	struct bailey_restore *restore;
	struct bailey_watch watch;
	struct bailey_flow_reader flows;
	bool answered;
	struct bailey_out text;
};

static int show_policy(struct conversation *talk)
{
	struct bailey_policy *policy = bailey_store_policy_get(&talk->bn->store);

	if (!policy)
		return -EIO;
	bailey_policy_print(policy, &talk->text);
	bailey_policy_put(policy);
	return 0;
}

static int take_policy(struct conversation *talk, const char *text, size_t len,
		       struct bailey_diag *diag)
{
	talk->script.max_bytes = bailey_sysctl_max_policy_bytes(&talk->bn->sysctls);
	return bailey_script_feed(&talk->script, text, len, diag);
}

static int show_error(struct conversation *talk)
{
	struct bailey_net *bn = talk->bn;

	mutex_lock(&bn->store.lock);
	bailey_out_bytes(&talk->text, bn->error.buf ? bn->error.buf : "", bn->error.len);
	talk->text.failed |= bn->error.failed;
	mutex_unlock(&bn->store.lock);
	return 0;
}

static int show_stats(struct conversation *talk)
{
	struct bailey_net *bn = talk->bn;
	struct bailey_policy *policy = bailey_store_policy_get(&bn->store);

	if (!policy)
		return -EIO;
	bailey_stats_print(bn->stats, &talk->text);
	bailey_conns_print_stats(bn, &talk->text);
	bailey_out_printf(&talk->text, "policy_unconfirmed %u\nrules %llu\n",
			  READ_ONCE(bn->waiting), policy->rules);
	bailey_policy_print_stats(policy, bailey_conn_now(), &talk->text);
	bailey_policy_put(policy);
	return 0;
}

static void show_conn(struct conversation *talk, struct bailey_conn_entry *entry, u32 now)
{
	if (talk->stage == CONNS)
		bailey_restore_print(talk->bn->net, entry, talk->epoch, now, &talk->text);
	else
		bailey_conn_print(talk->bn->net, &entry->conn, now, &talk->text);
}

/* Go on with the walk until a piece is full; an empty piece is the end. */
static int show_connections(struct conversation *talk)
{
	struct bailey_net *bn = talk->bn;
	struct bailey_conn_entry *entry;
	u32 now = bailey_conn_now();
	unsigned int looks = 0;

	if (!bailey_net_has_conns(bn))
		return 0;
	if (!bailey_out_reserve(&talk->text, PIECE))
		return -ENOMEM;
	if (!talk->reading)
		bailey_conn_iter_init(&talk->iter, &bn->conns);
	talk->reading = true;
	for (entry = bailey_conn_iter_start(&talk->iter);
	     entry && talk->text.len + LINE_ROOM < PIECE &&
	     (looks++ < LOOKS_MAX || !talk->text.len);
	     entry = bailey_conn_iter_next(&talk->iter))
		if (bailey_conn_entry_live(entry, now))
			show_conn(talk, entry, now);
	bailey_conn_iter_stop(&talk->iter);
	return 0;
}

/* A transaction: what numbers stand for, the connections, and an end. */
static int show_snapshot(struct conversation *talk)
{
	int ret;

	if (talk->stage == HEAD) {
		talk->epoch = bailey_restore_head(talk->bn, &talk->text);
		talk->stage = CONNS;
		return 0;
	}
	if (talk->stage == NOTHING)
		return 0;
	ret = show_connections(talk);
	if (ret || talk->text.len)
		return ret;
	talk->stage = NOTHING;
	bailey_out_printf(&talk->text, "commit\n");
	return 0;
}

static void stop_reading(struct conversation *talk)
{
	if (talk->reading)
		bailey_conn_iter_exit(&talk->iter);
	talk->reading = false;
	talk->stage = HEAD;
}

/* What has happened since the last piece; an empty piece if nothing has. */
static int show_events(struct conversation *talk)
{
	struct bailey_event_record record;

	if (!bailey_out_reserve(&talk->text, PIECE))
		return -ENOMEM;
	rcu_read_lock();
	while (talk->text.len + LINE_ROOM < PIECE &&
	       bailey_watch_next(&talk->watch, &record))
		bailey_event_print(talk->bn->net, &record, &talk->text);
	rcu_read_unlock();
	return 0;
}

static int show_flow_log(struct conversation *talk)
{
	bailey_flow_log_read(&talk->bn->flow_log, &talk->flows, &talk->text, PIECE);
	return talk->text.failed ? -ENOMEM : 0;
}

static enum bailey_conn_walk_verdict delete_matching(struct bailey_conn_entry *entry,
						     void *arg)
{
	return bailey_conn_filter_holds(arg, &entry->conn) ? BAILEY_CONN_UNLINK :
							     BAILEY_CONN_KEEP;
}

static int take_connections_line(struct conversation *talk, struct bailey_lexer *lex)
{
	enum bailey_end end = BAILEY_END_DELETED;
	struct bailey_conn_filter filter;
	unsigned long ended;
	int ret;

	if (!bailey_lexer_next(lex))
		return 0;
	if (bailey_lexer_accept(lex, "flush")) {
		ret = bailey_lexer_end(lex);
		lex->word_len = 0;
		end = BAILEY_END_FLUSHED;
		if (!ret)
			ret = bailey_conn_filter_parse(&filter, lex);
	} else if (bailey_lexer_accept(lex, "delete")) {
		if (!lex->word_len)
			return bailey_lexer_fail(lex, -EINVAL,
						 "proto P, src CIDR, dst CIDR, sport N, dport N or state S",
						 "say which connections; flush deletes all");
		ret = bailey_conn_filter_parse(&filter, lex);
	} else {
		return bailey_lexer_fail(lex, -EINVAL, "flush or delete",
					 "connections are flushed or deleted");
	}
	if (ret)
		return ret;
	ended = bailey_net_has_conns(talk->bn) ?
		bailey_conn_table_walk(&talk->bn->conns, delete_matching, &filter,
				       end) : 0;
	bailey_out_printf(&lex->diag->notes, "deleted %lu\n", ended);
	return 0;
}

static int take_connections(struct conversation *talk, const char *text, size_t len,
			    struct bailey_diag *diag)
{
	struct bailey_lexer lex;
	u32 line = 1;
	int ret = 0;

	while (len && !ret) {
		const char *end = memchr(text, '\n', len);
		size_t n = end ? end - text : len;

		if (fatal_signal_pending(current))
			return -EINTR;
		bailey_lexer_init(&lex, text, n, line++, diag);
		ret = take_connections_line(talk, &lex);
		n += !!end;
		text += n;
		len -= n;
	}
	return ret;
}

static int take_snapshot(struct conversation *talk, const char *text, size_t len,
			 struct bailey_diag *diag)
{
	if (!talk->restore)
		talk->restore = bailey_restore_create(talk->bn);
	return talk->restore ? bailey_restore_feed(talk->restore, text, len, diag) : -ENOMEM;
}

static int take_explain(struct conversation *talk, const char *text, size_t len,
			struct bailey_diag *diag)
{
	return bailey_ask(talk->bn, text, len, &talk->text, diag);
}

static const struct file_kind kinds[] = {
	{ "policy", 0600, WHOLE, show_policy, take_policy },
	{ "error", 0400, WHOLE, show_error, NULL },
	{ "connections", 0600, IN_PIECES, show_connections, take_connections },
	{ "snapshot", 0600, IN_PIECES, show_snapshot, take_snapshot },
	{ "events", 0400, FOLLOWING, show_events, NULL },
	{ "flow_log", 0400, FOLLOWING, show_flow_log, NULL },
	{ "explain", 0600, WHOLE, NULL, take_explain },
	{ "stats", 0400, WHOLE, show_stats, NULL },
};

static const struct file_kind *kind_of(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(kinds[i].name, name))
			return &kinds[i];
	return NULL;
}

static int talk_begin(struct conversation *talk, struct bailey_net *bn,
		      const struct file_kind *kind)
{
	if (WARN_ON_ONCE(!kind))
		return -EIO;
	talk->bn = bn;
	talk->kind = kind;
	mutex_init(&talk->lock);
	bailey_script_init(&talk->script, &bailey_control_ops, bn, 0);
	if (kind->show == show_flow_log)
		bailey_flow_log_open(&bn->flow_log, &talk->flows);
	return kind->show == show_events ?
	       bailey_watch_begin(&talk->watch, &bn->events,
				  bailey_sysctl_event_ring_size(&bn->sysctls)) : 0;
}

static int talk_open(struct inode *inode, struct file *file)
{
	struct bailey_net *bn = pde_data(inode);
	struct conversation *talk;
	int ret;

	if (bn->by_capability &&
	    !file_ns_capable(file, bn->net->user_ns, CAP_NET_ADMIN))
		return -EACCES;
	talk = kzalloc(sizeof(*talk), GFP_KERNEL_ACCOUNT);
	if (!talk)
		return -ENOMEM;
	ret = talk_begin(talk, bn, kind_of(file_dentry(file)->d_name.name));
	if (ret)
		kfree(talk);
	else
		file->private_data = talk;
	return ret;
}

static int talk_release(struct inode *inode, struct file *file)
{
	struct conversation *talk = file->private_data;

	stop_reading(talk);
	bailey_watch_end(&talk->watch);
	bailey_flow_reader_end(&talk->flows);
	bailey_script_destroy(&talk->script);
	bailey_restore_destroy(talk->restore);
	bailey_out_destroy(&talk->text);
	kfree(talk);
	return 0;
}

/* Make what is read from the beginning. */
static int compose(struct conversation *talk)
{
	int ret;

	bailey_out_reset(&talk->text);
	stop_reading(talk);
	if (!talk->kind->show)
		return 0;
	ret = talk->kind->show(talk);
	return talk->text.failed ? -ENOMEM : ret;
}

static bool is_stream(const struct conversation *talk)
{
	return talk->kind->flow != WHOLE && !talk->answered;
}

/* Serve a piece, and make the next one when it is used up. */
static ssize_t read_stream(struct conversation *talk, char __user *buf, size_t size,
			   loff_t *ppos)
{
	size_t n = min(size, talk->text.len);
	int ret;

	if (!n) {
		bailey_out_reset(&talk->text);
		ret = talk->kind->show(talk);
		if (ret)
			return ret;
		n = min(size, talk->text.len);
	}
	if (copy_to_user(buf, talk->text.buf, n))
		return -EFAULT;
	talk->text.len -= n;
	memmove(talk->text.buf, talk->text.buf + n, talk->text.len);
	*ppos += n;
	return n;
}

static ssize_t read_text(struct conversation *talk, char __user *buf, size_t size,
			 loff_t *ppos)
{
	ssize_t ret = 0;

	mutex_lock(&talk->lock);
	if (!talk->answered && talk->kind->flow != FOLLOWING && *ppos == 0)
		ret = compose(talk);
	/* Half an answer is none. */
	if (!ret && talk->answered && talk->text.failed)
		ret = -ENOMEM;
	if (!ret && is_stream(talk))
		ret = read_stream(talk, buf, size, ppos);
	else if (!ret)
		ret = simple_read_from_buffer(buf, size, ppos, talk->text.buf,
					      talk->text.len);
	mutex_unlock(&talk->lock);
	return ret;
}

/* A call, not an open file, keeps the namespace: its end never waits for one. */
static ssize_t talk_read(struct file *file, char __user *buf, size_t size, loff_t *ppos)
{
	struct conversation *talk = file->private_data;
	struct net *net = maybe_get_net(talk->bn->net);
	ssize_t ret;

	if (!net)
		return -EIO;
	ret = size ? read_text(talk, buf, size, ppos) : 0;
	put_net(net);
	return ret;
}

static int fail_write(struct bailey_diag *diag, int ret)
{
	switch (ret) {
	case -ENOMEM:
		return bailey_diag_fail(diag, ret, 1, 1, "out of memory");
	case -EFBIG:
		return bailey_diag_fail(diag, ret, 1, 1,
					"more bytes in one write than are taken (for policies: sysctl max_policy_bytes)");
	default:
		return bailey_diag_fail(diag, ret, 1, 1, "refused (%d)", ret);
	}
}

/* What is open is not to be carried out without what was written and did not get here. */
static void lose(struct conversation *talk, bool torn)
{
	bailey_script_lose(&talk->script, torn);
	bailey_restore_lose(talk->restore, torn);
}

/* Carry out what was written, and keep the answer. @text may be an ERR_PTR(). */
static int answer(struct conversation *talk, const char *text, size_t size, bool torn)
{
	struct bailey_diag diag = { };
	int ret = PTR_ERR_OR_ZERO(text);

	stop_reading(talk);
	bailey_out_reset(&talk->text);
	talk->answered = true;
	if (ret)
		lose(talk, torn);
	else
		ret = talk->kind->take(talk, text, size, &diag);
	if (ret && !diag.error.code)
		fail_write(&diag, ret);
	bailey_diag_print(&diag, &talk->text);
	if (ret)
		bailey_control_refused(talk->bn, &diag);
	bailey_diag_destroy(&diag);
	return ret;
}

static size_t longest_write(const struct conversation *talk)
{
	if (talk->kind->take == take_policy)
		return bailey_sysctl_max_policy_bytes(&talk->bn->sysctls);
	return talk->kind->take == take_snapshot ? SNAPSHOT_MAX : REQUEST_MAX;
}

/* The bytes of a write, for kvfree(); or an ERR_PTR(). */
static char *fetch(const struct conversation *talk, const char __user *buf, size_t size)
{
	char *text;

	if (size > longest_write(talk))
		return ERR_PTR(-EFBIG);
	text = kvmalloc(size, GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!text)
		return ERR_PTR(-ENOMEM);
	if (!copy_from_user(text, buf, size))
		return text;
	kvfree(text);
	return ERR_PTR(-EFAULT);
}

static ssize_t write_text(struct conversation *talk, const char __user *buf,
			  size_t size, loff_t *ppos)
{
	char *text = fetch(talk, buf, size), last;
	bool torn = get_user(last, buf + size - 1) || last != '\n';
	int ret;

	mutex_lock(&talk->lock);
	ret = answer(talk, text, size, torn);
	*ppos = 0;
	mutex_unlock(&talk->lock);
	if (!IS_ERR(text))
		kvfree(text);
	return ret ? ret : size;
}

static ssize_t talk_write(struct file *file, const char __user *buf, size_t size,
			  loff_t *ppos)
{
	struct conversation *talk = file->private_data;
	struct net *net;
	ssize_t ret;

	if (!talk->kind->take)
		return -EINVAL;
	net = maybe_get_net(talk->bn->net);
	if (!net)
		return -EIO;
	if (!file_ns_capable(file, net->user_ns, CAP_NET_ADMIN))
		ret = -EPERM;
	else
		ret = size ? write_text(talk, buf, size, ppos) : 0;
	put_net(net);
	return ret;
}

static const struct proc_ops talk_ops = {
	.proc_open = talk_open,
	.proc_release = talk_release,
	.proc_read = talk_read,
	.proc_write = talk_write,
	.proc_lseek = default_llseek,
};

/**
 * bailey_procfs_init() - make /proc/net/bailey of a namespace
 * @bn: the namespace; all of it is ready
 *
 * Return: 0 or -ENOMEM.
 */
int bailey_procfs_init(struct bailey_net *bn)
{
	umode_t mode;
	unsigned int i;

	bn->by_capability = !uid_valid(make_kuid(bn->net->user_ns, 0));
	bn->proc = proc_net_mkdir(bn->net, "bailey", bn->net->proc_net);
	if (!bn->proc)
		return -ENOMEM;
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		mode = kinds[i].mode;
		if (bn->by_capability)
			mode |= mode >> 3 | mode >> 6;
		if (proc_create_data(kinds[i].name, mode, bn->proc, &talk_ops, bn))
			continue;
		bailey_procfs_exit(bn);
		return -ENOMEM;
	}
	return 0;
}

/**
 * bailey_procfs_exit() - take /proc/net/bailey away
 * @bn: the namespace
 *
 * Context: Process. When it returns, no call is under way and open files are
 * released.
 */
void bailey_procfs_exit(struct bailey_net *bn)
{
	proc_remove(bn->proc);
	bn->proc = NULL;
}
