// SPDX-License-Identifier: GPL-2.0
/*
 * bailey_bench.ko: sends prepared packets through the hooks of a network
 * namespace and says what one of them costs, whichever firewall stands there.
 * For guests of tests/bench, never for a machine that is used.
 *
 * A line written to /proc/bailey_bench is a run in the writer's own namespace,
 * as words NAME=VALUE (their defaults are below, their meaning is in bench.h):
 *
 *	mode=open flows=100000
 *	mode=established flows=100000 packets=1000000 dir=both
 *	mode=storm flows=1000 packets=1000000 cpus=2 any=1
 *
 * The write returns when the run is over, and fails with EBADMSG if a verdict
 * was wrong. The file says what came out, in one line:
 *
 *	packets=1000000 accepted=1000000 dropped=0 wrong=0 mean=81.20 median=79.94
 *	least=77.03 wall=82.11
 *
 * in nanoseconds a packet: over all slices, of the median slice, of the fastest,
 * and with everything that ran between slices (workers of the firewall, say). In
 * mode=open "packet" is a connection. With two threads, median and least are
 * the slower one's, and wall is for the packets of both.
 */
#include "bench.h"

#include <linux/in.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/nsproxy.h>
#include <linux/parser.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <net/net_namespace.h>

#define MOST_FLOWS	(8u << 20)

static DEFINE_MUTEX(lock);
static struct bench_flows flows;
static struct bench_result result;
static struct bench_options last;

static const char *const modes[] = { "open", "established", "new", "plain", "storm", NULL };
static const char *const dirs[] = { "orig", "reply", "both", NULL };

static const struct bench_options defaults = {
	.mode = BENCH_ESTABLISHED,
	.family = 4,
	.proto = IPPROTO_TCP,
	.flows = 1000,
	.dir = BENCH_BOTH,
	.slice = 1024,
	.seed = 1,
	.in = "in0",
	.out = "out0",
};

static const struct {
	const char *name;
	size_t offset;
} numbers[] = {
	{ "family", offsetof(struct bench_options, family) },
	{ "proto", offsetof(struct bench_options, proto) },
	{ "flows", offsetof(struct bench_options, flows) },
	{ "first", offsetof(struct bench_options, first) },
	{ "sources", offsetof(struct bench_options, sources) },
	{ "packets", offsetof(struct bench_options, packets) },
	{ "advance", offsetof(struct bench_options, advance) },
	{ "checksum", offsetof(struct bench_options, checksum) },
	{ "payload", offsetof(struct bench_options, payload) },
	{ "drop", offsetof(struct bench_options, drop) },
	{ "any", offsetof(struct bench_options, any) },
	{ "local", offsetof(struct bench_options, local) },
	{ "trace", offsetof(struct bench_options, trace) },
	{ "cpus", offsetof(struct bench_options, cpus) },
	{ "slice", offsetof(struct bench_options, slice) },
	{ "probe", offsetof(struct bench_options, probe) },
	{ "seed", offsetof(struct bench_options, seed) },
};

static int read_choice(const char *const *words, const char *value, u32 *choice)
{
	int at = match_string(words, -1, value);

	if (at < 0)
		return at;
	*choice = at;
	return 0;
}

static int read_option(struct bench_options *options, const char *name, const char *value)
{
	u32 i, choice;
	int ret;

	if (!strcmp(name, "mode")) {
		ret = read_choice(modes, value, &choice);
		if (!ret)
			options->mode = choice;
		return ret;
	}
	if (!strcmp(name, "dir")) {
		ret = read_choice(dirs, value, &choice);
		if (!ret)
			options->dir = choice;
		return ret;
	}
	if (!strcmp(name, "in"))
		return strscpy(options->in, value, IFNAMSIZ) < 0 ? -EINVAL : 0;
	if (!strcmp(name, "out"))
		return strscpy(options->out, value, IFNAMSIZ) < 0 ? -EINVAL : 0;
	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		if (!strcmp(name, numbers[i].name))
			return kstrtou32(value, 10, (void *)options + numbers[i].offset);
	return -EINVAL;
}

static int read_options(struct bench_options *options, char *line)
{
	char *word, *value;
	int ret = 0;

	*options = defaults;
	line = strim(line);
	while (!ret && (word = strsep(&line, " ")) != NULL) {
		value = strchr(word, '=');
		if (!value)
			return -EINVAL;
		*value++ = 0;
		ret = read_option(options, word, value);
	}
	if ((options->family != 4 && options->family != 6) ||
	    (options->proto != IPPROTO_TCP && options->proto != IPPROTO_UDP) ||
	    !options->flows || options->flows > MOST_FLOWS || options->payload > 8192 ||
	    options->probe > 2)
		return -EINVAL;
	return ret;
}

static int run(const struct bench_options *options)
{
	int ret = bench_flows_make(&flows, options);

	if (ret) {
		bench_flows_free(&flows);
		return ret;
	}
	last = *options;
	if (options->probe && options->mode == BENCH_OPEN)
		return bench_probe_make(&flows, options);
	if ((options->mode == BENCH_ESTABLISHED || options->mode == BENCH_PLAIN) &&
	    !flows.shuffled)
		bench_flows_shuffle(&flows, options->seed);
	ret = bench_send(current->nsproxy->net_ns, &flows, options, &result);
	if (!ret && result.wrong)
		ret = -EBADMSG;
	return ret;
}

static ssize_t bench_write(struct file *file, const char __user *from, size_t size,
			   loff_t *pos)
{
	struct bench_options options;
	char *line;
	int ret;

	if (size > 1024)
		return -E2BIG;
	line = memdup_user_nul(from, size);
	if (IS_ERR(line))
		return PTR_ERR(line);
	ret = read_options(&options, line);
	kfree(line);
	if (ret)
		return ret;
	if (mutex_lock_interruptible(&lock))
		return -EINTR;
	ret = run(&options);
	mutex_unlock(&lock);
	return ret ? ret : size;
}

/* @time: in hundredths of a nanosecond */
static void show_time(struct seq_file *m, const char *name, u64 time)
{
	u32 hundredths;
	u64 whole = div_u64_rem(time, 100, &hundredths);

	seq_printf(m, " %s=%llu.%02u", name, whole, hundredths);
}

static int bench_show(struct seq_file *m, void *v)
{
	u64 units;

	mutex_lock(&lock);
	units = result.packets;
	if (last.mode == BENCH_OPEN)
		units = div_u64(units, last.proto == IPPROTO_TCP ? 3 : 2);
	units = max_t(u64, units, 1);
	seq_printf(m, "packets=%llu accepted=%llu dropped=%llu wrong=%llu", result.packets,
		   result.accepted, result.dropped, result.wrong);
	show_time(m, "mean", div64_u64(result.busy * 100, units));
	show_time(m, "median", result.median);
	show_time(m, "least", result.least);
	show_time(m, "wall", div64_u64(result.wall * 100, units));
	seq_putc(m, '\n');
	mutex_unlock(&lock);
	return 0;
}

static int bench_file_open(struct inode *inode, struct file *file)
{
	return single_open(file, bench_show, NULL);
}

static const struct proc_ops ops = {
	.proc_open = bench_file_open,
	.proc_read = seq_read,
	.proc_lseek = seq_lseek,
	.proc_release = single_release,
	.proc_write = bench_write,
};

static int __init bench_init(void)
{
	int ret = bench_trace_init();

	if (ret)
		return ret;
	if (proc_create("bailey_bench", 0600, NULL, &ops))
		return 0;
	bench_trace_exit();
	return -ENOMEM;
}

static void __exit bench_exit(void)
{
	remove_proc_entry("bailey_bench", NULL);
	bench_trace_exit();
	bench_probe_free();
	bench_flows_free(&flows);
}

module_init(bench_init);
module_exit(bench_exit);
MODULE_DESCRIPTION("Measures what a packet costs at netfilter hooks");
MODULE_LICENSE("GPL");
