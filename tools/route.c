// SPDX-License-Identifier: GPL-2.0
/*
 * Which way the kernel would route a packet.
 *
 * RTM_GETROUTE is the question that "ip route get" asks, with all that routing may look
 * at: source, incoming interface, protocol and ports. So policy routing, VRFs'
 * ports and rp_filter are answered by the code that decides about real packets, which
 * a look into the forwarding tables from the module could not do. Without a library: it
 * is one message each way.
 *
 * An address from which a packet comes is taken to be behind the interface by
 * which this machine would answer it.
 */
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

#include "route.h"

#define ANSWER_MAX	8192

/**
 * struct route - what routing says
 * @type: RTN_*
 * @dev: interface; "" when it ends in this machine
 */
struct route {
	u8 type;
	char dev[BAILEY_IFNAME_MAX + 1];
};

/**
 * struct wanted - what routing is asked
 * @family: %BAILEY_IPV4 or %BAILEY_IPV6
 * @dst: where to
 * @src: where from, or NULL
 * @in: interface it comes in by, or ""
 * @packet: whose protocol and ports count
 */
struct wanted {
	u8 family;
	const struct bailey_addr *dst;
	const struct bailey_addr *src;
	const char *in;
	const struct bailey_packet *packet;
};

struct message {
	struct nlmsghdr head;
	struct rtmsg route;
	char room[256];
};

static void put(struct message *message, u16 type, const void *data, u16 len)
{
	u32 at = NLMSG_ALIGN(message->head.nlmsg_len);
	struct rtattr *attr = (struct rtattr *)((char *)message + at);

	attr->rta_type = type;
	attr->rta_len = RTA_LENGTH(len);
	memcpy(RTA_DATA(attr), data, len);
	message->head.nlmsg_len = at + RTA_ALIGN(attr->rta_len);
}

static void put_addr(struct message *message, u16 type, u8 family,
		     const struct bailey_addr *addr)
{
	u8 bytes[16];

	bailey_addr_to_bytes(family, addr, bytes);
	put(message, type, bytes, family == BAILEY_IPV4 ? 4 : 16);
}

/* Routing looks at ports where rules say so; it takes those of TCP and UDP only. */
static void put_flow(struct message *message, const struct bailey_packet *packet)
{
	__be16 sport = cpu_to_be16(packet->sport), dport = cpu_to_be16(packet->dport);

	if (packet->proto != BAILEY_PROTO_TCP && packet->proto != BAILEY_PROTO_UDP)
		return;
	put(message, RTA_IP_PROTO, &packet->proto, 1);
	if (packet->sport)
		put(message, RTA_SPORT, &sport, 2);
	if (packet->dport)
		put(message, RTA_DPORT, &dport, 2);
}

static int compose(struct message *message, const struct wanted *wanted)
{
	u8 bits = wanted->family == BAILEY_IPV4 ? 32 : 128;
	u32 index;

	memset(message, 0, sizeof(*message));
	message->head.nlmsg_len = NLMSG_LENGTH(sizeof(message->route));
	message->head.nlmsg_type = RTM_GETROUTE;
	message->head.nlmsg_flags = NLM_F_REQUEST;
	message->route.rtm_family = wanted->family == BAILEY_IPV4 ? AF_INET : AF_INET6;
	message->route.rtm_dst_len = bits;
	put_addr(message, RTA_DST, wanted->family, wanted->dst);
	if (wanted->src) {
		message->route.rtm_src_len = bits;
		put_addr(message, RTA_SRC, wanted->family, wanted->src);
	}
	if (wanted->packet)
		put_flow(message, wanted->packet);
	if (!wanted->in[0])
		return 0;
	index = if_nametoindex(wanted->in);
	if (!index)
		return -ENODEV;
	put(message, RTA_IIF, &index, sizeof(index));
	return 0;
}

static int read_route(const struct nlmsghdr *head, struct route *route)
{
	const struct rtmsg *answer = NLMSG_DATA(head);
	const struct rtattr *attr = RTM_RTA(answer);
	int left = RTM_PAYLOAD(head);
	char dev[IF_NAMESIZE];
	u32 index = 0;

	route->type = answer->rtm_type;
	for (; RTA_OK(attr, left); attr = RTA_NEXT(attr, left))
		if (attr->rta_type == RTA_OIF && RTA_PAYLOAD(attr) == sizeof(index))
			memcpy(&index, RTA_DATA(attr), sizeof(index));
	route->dev[0] = '\0';
	if (route->type == RTN_UNREACHABLE || route->type == RTN_PROHIBIT ||
	    route->type == RTN_BLACKHOLE || route->type == RTN_THROW)
		return -ENETUNREACH;
	if (index && if_indextoname(index, dev))
		snprintf(route->dev, sizeof(route->dev), "%s", dev);
	return index ? 0 : -ENETUNREACH;
}

static int read_answer(const char *buf, ssize_t len, struct route *route)
{
	const struct nlmsghdr *head = (const struct nlmsghdr *)buf;
	const struct nlmsgerr *error;

	if (len < 0)
		return -errno;
	if (!NLMSG_OK(head, (size_t)len))
		return -EPROTO;
	if (head->nlmsg_type == RTM_NEWROUTE)
		return read_route(head, route);
	if (head->nlmsg_type != NLMSG_ERROR ||
	    head->nlmsg_len < NLMSG_LENGTH(sizeof(*error)))
		return -EPROTO;
	error = NLMSG_DATA(head);
	return error->error ? error->error : -EPROTO;
}

/* Ask, and read the answer. Return: 0 or the kernel's negative errno. */
static int route_get(const struct wanted *wanted, struct route *route)
{
	static char buf[ANSWER_MAX] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct message message;
	int fd, ret = compose(&message, wanted);

	if (ret)
		return ret;
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (fd < 0)
		return -errno;
	if (send(fd, &message, message.head.nlmsg_len, 0) < 0)
		ret = -errno;
	else
		ret = read_answer(buf, recv(fd, buf, sizeof(buf), 0), route);
	close(fd);
	return ret;
}

static bool ends_here(const struct route *route)
{
	return route->type == RTN_LOCAL || route->type == RTN_ANYCAST;
}

static int source_fail(const struct bailey_question *question, int error,
		       struct bailey_diag *diag)
{
	return bailey_question_fail(question, BAILEY_SRC, diag, "in IFNAME",
				    "the routing table has no way to this address: %s; say which interface it comes in by",
				    strerror(-error));
}

/* Where does it come from? From the interface by which it would be answered. */
static int place_source(struct bailey_question *question, struct bailey_diag *diag)
{
	const struct wanted wanted = {
		.family = question->packet.family, .dst = &question->packet.src, .in = "",
	};
	struct route route;
	int ret = route_get(&wanted, &route);

	if (ret)
		return source_fail(question, ret, diag);
	if (!ends_here(&route))
		memcpy(question->in, route.dev, sizeof(route.dev));
	question->unplaced &= ~(1 << BAILEY_SRC);
	return 0;
}

static int destination_fail(const struct bailey_question *question, int error,
			    struct bailey_diag *diag)
{
	switch (-error) {
	case EXDEV:
		return bailey_question_fail(question, BAILEY_SRC, diag, "",
					    "the kernel takes no packet from this address by %s (rp_filter)",
					    question->in);
	case EHOSTUNREACH:
		return bailey_question_fail(question, BAILEY_DST, diag, "out IFNAME",
					    "the kernel does not forward from %s to this address (%s)",
					    question->in, strerror(-error));
	}
	return bailey_question_fail(question, BAILEY_DST, diag, "out IFNAME",
				    "the routing table has no way to this address: %s",
				    strerror(-error));
}

/* Where does it go to, coming from there? */
static int place_destination(struct bailey_question *question, struct bailey_diag *diag)
{
	const struct bailey_packet *packet = &question->packet;
	const struct wanted wanted = {
		.family = packet->family, .dst = &packet->dst, .src = &packet->src,
		.in = question->in, .packet = packet,
	};
	struct route route;
	int ret = route_get(&wanted, &route);

	if (ret)
		return destination_fail(question, ret, diag);
	if (!ends_here(&route) && (!question->in[0] || route.type == RTN_UNICAST))
		memcpy(question->out, route.dev, sizeof(route.dev));
	else if (!question->in[0])
		snprintf(question->out, sizeof(question->out), "lo");
	question->unplaced = 0;
	return 0;
}

/**
 * tool_route_place() - find out by which interfaces a packet would pass
 * @question: resolved; what is not placed yet is placed by the kernel's routing in
 *	      this network namespace
 * @diag: says which end has no route
 *
 * Return: 0 or negative errno.
 */
int tool_route_place(struct bailey_question *question, struct bailey_diag *diag)
{
	int ret = 0;

	if (question->unplaced & 1 << BAILEY_SRC)
		ret = place_source(question, diag);
	if (!ret && question->unplaced & 1 << BAILEY_DST)
		ret = place_destination(question, diag);
	return ret;
}
