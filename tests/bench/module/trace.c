// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/bailey_bench_trace: packets to be sent, one a line,
 *
 *	FAMILY PROTO SOURCE PORT DESTINATION PORT {accept|drop}
 *	4 6 10.1.2.3 40000 192.0.2.7 443 accept
 *
 * all numbers decimal; ICMP has its type and code where others have ports.
 * Opening the file for writing forgets what was there.
 */
#include "bench.h"

#include <linux/in.h>
#include <linux/inet.h>
#include <linux/mutex.h>
#include <linux/proc_fs.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#define LINE	160
#define MOST	(4u << 20)

struct packet {
	u8 family, proto, drop;
	u16 sport, dport;
	u8 src[16], dst[16];
};

static DEFINE_MUTEX(lock);
static struct packet *packets;
static u32 count, room, edition;
static char rest[LINE];
static size_t rest_length;

static int grow(void)
{
	u32 more = room ? room * 2 : 65536;
	struct packet *bigger;

	if (count < room)
		return 0;
	if (more > MOST)
		return -EFBIG;
	bigger = vmalloc(array_size(more, sizeof(*packets)));
	if (!bigger)
		return -ENOMEM;
	if (packets)
		memcpy(bigger, packets, count * sizeof(*packets));
	vfree(packets);
	packets = bigger;
	room = more;
	return 0;
}

static bool read_addr(u8 family, const char *word, u8 *addr)
{
	if (family == 4)
		return in4_pton(word, -1, addr, -1, NULL);
	return in6_pton(word, -1, addr, -1, NULL);
}

static int read_line(const char *line)
{
	u32 family, proto, sport, dport;
	char src[48], dst[48], verdict[8];
	struct packet *packet;

	if (sscanf(line, "%u %u %47s %u %47s %u %7s", &family, &proto, src, &sport,
		   dst, &dport, verdict) != 7)
		return -EINVAL;
	if (grow())
		return -ENOMEM;
	packet = &packets[count];
	*packet = (struct packet) {
		.family = family, .proto = proto, .sport = sport, .dport = dport,
		.drop = !strcmp(verdict, "drop"),
	};
	if (!read_addr(family, src, packet->src) || !read_addr(family, dst, packet->dst) ||
	    (!packet->drop && strcmp(verdict, "accept")))
		return -EINVAL;
	count++;
	return 0;
}

/* Whole lines of a piece of text; what is left waits for the next piece. */
static int read_lines(char *text, size_t length)
{
	char *line = text, *end;
	int ret;

	for (;;) {
		end = memchr(line, '\n', text + length - line);
		if (!end)
			break;
		*end = 0;
		ret = read_line(line);
		if (ret)
			return ret;
		line = end + 1;
	}
	rest_length = text + length - line;
	if (rest_length >= LINE)
		return -EINVAL;
	memcpy(rest, line, rest_length);
	return 0;
}

static ssize_t trace_write(struct file *file, const char __user *from, size_t size, loff_t *pos)
{
	size_t piece = min_t(size_t, size, 65536);
	char *text = kvmalloc(LINE + piece, GFP_KERNEL);
	int ret = -EFAULT;

	if (!text)
		return -ENOMEM;
	mutex_lock(&lock);
	memcpy(text, rest, rest_length);
	if (!copy_from_user(text + rest_length, from, piece))
		ret = read_lines(text, rest_length + piece);
	mutex_unlock(&lock);
	kvfree(text);
	return ret ? ret : piece;
}

static int trace_open(struct inode *inode, struct file *file)
{
	mutex_lock(&lock);
	edition++;
	count = 0;
	rest_length = 0;
	mutex_unlock(&lock);
	return 0;
}

static const struct proc_ops ops = {
	.proc_open = trace_open,
	.proc_write = trace_write,
};

/* A number that changes when the packets do. */
u32 bench_trace_edition(void)
{
	return edition;
}

/* The packets as flows, in their order. */
int bench_trace_copy(struct bench_flows *flows, u32 payload)
{
	struct bench_flow *flow;
	int ret = -ENODATA;
	u32 i;

	mutex_lock(&lock);
	if (!count)
		goto out;
	ret = -ENOMEM;
	flows->flow = vzalloc(array_size(count, sizeof(*flows->flow)));
	if (!flows->flow)
		goto out;
	flows->count = count;
	for (i = 0; i < count; i++) {
		flow = &flows->flow[i];
		flow->family = packets[i].family;
		flow->proto = packets[i].proto;
		flow->drop = packets[i].drop;
		bench_flow_set_addr(flow, false, packets[i].src);
		bench_flow_set_addr(flow, true, packets[i].dst);
		bench_flow_finish(flow, packets[i].sport, packets[i].dport, payload);
	}
	ret = 0;
out:
	mutex_unlock(&lock);
	return ret;
}

int bench_trace_init(void)
{
	return proc_create("bailey_bench_trace", 0200, NULL, &ops) ? 0 : -ENOMEM;
}

void bench_trace_exit(void)
{
	remove_proc_entry("bailey_bench_trace", NULL);
	vfree(packets);
}
