// SPDX-License-Identifier: GPL-2.0
/*
 * What groups cost: endpoints in groups that refer to each other, prefix lists,
 * and interfaces that come one after the other.
 *
 *	groups [places|prefixes|devices]
 *
 * Everything is made as the module makes it: from text, sealed, bound. Times are
 * medians of runs on the process's clock; memory is what malloc() holds.
 */
#include <malloc.h>
#include <time.h>

#include "binding.h"
#include "language.h"
#include "permit.h"
#include "seal.h"

#define DEVS		16
#define RUNS		5
#define ASKED		200000
#define NO_LIMIT	(~(u64)0)

static u64 random_state = 0x9e3779b97f4a7c15ULL;

static u32 random_below(u32 n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (u32)((random_state >> 32) * n >> 32);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

static size_t held(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

static int double_cmp(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double median(double *times, u32 count)
{
	qsort(times, count, sizeof(*times), double_cmp);
	return times[count / 2];
}

static void die(const char *what)
{
	fprintf(stderr, "groups: %s\n", what);
	exit(1);
}

/* A transaction on top of a policy; parts of the time it took, if wanted. */
static struct bailey_policy *change(const struct bailey_policy *base, const char *text,
				    size_t len, double *parts)
{
	struct bailey_policy *policy;
	struct bailey_diag diag = { 0 };
	double t[4];

	t[0] = now();
	policy = base ? bailey_policy_clone(base) : bailey_policy_create();
	t[1] = now();
	if (!policy || bailey_language_apply(policy, text, len, 1, &diag))
		die("the text is refused");
	t[2] = now();
	if (bailey_policy_seal(policy, base, NO_LIMIT, &diag))
		die("the policy is refused");
	t[3] = now();
	bailey_diag_destroy(&diag);
	if (parts) {
		parts[0] = t[1] - t[0];
		parts[1] = t[2] - t[1];
		parts[2] = t[3] - t[2];
	}
	return policy;
}

/* The address of an endpoint: spread over 10.0.0.0/8, none twice. */
static u32 address(u32 n)
{
	return 0x0a000000 | ((n * 0x9e3779b1) >> 8 & 0xff0000) | (n & 0xffff);
}

static void print_endpoint(struct bailey_out *out, u32 n, u32 groups)
{
	u32 first = random_below(groups), i;

	bailey_out_printf(out, "replace endpoint vm%u dev eth%u addr %u.%u.%u.%u,", n, n % DEVS,
			  address(n) >> 24, address(n) >> 16 & 255, address(n) >> 8 & 255,
			  address(n) & 255);
	bailey_out_printf(out, "2001:db8::%x groups g%u", n, first);
	for (i = 1; i < 3; i++)
		bailey_out_printf(out, ",g%u", (first + i * 7) % groups);
	bailey_out_bytes(out, "\n", 1);
}

/*
 * Endpoints in groups of ten on average three times over; each group lets @peers
 * other groups in, and lets out to as many.
 */
static void print_policy(struct bailey_out *out, u32 endpoints, u32 peers)
{
	u32 groups = endpoints / 10, g, i, d;

	for (g = 0; g < groups; g++) {
		for (i = 0; i < peers; i++) {
			bailey_out_printf(out, "group g%u in allow tcp from group g%u", g,
					  (g * 31 + i * 17) % groups);
			bailey_out_printf(out, " to any port %u\n", 1000 + i % 50);
			bailey_out_printf(out, "group g%u out allow tcp to group g%u\n", g,
					  (g * 13 + i * 29) % groups);
		}
		bailey_out_printf(out, "group g%u in allow tcp from 192.168.0.0/16", g);
		bailey_out_printf(out, " to any port 22\n");
	}
	for (d = 0; d < DEVS; d++)
		bailey_out_printf(out, "attach dev eth%u protects subnet groups g0\n", d);
	for (i = 0; i < endpoints; i++)
		print_endpoint(out, i, groups);
}

static struct bailey_binding *bind_all(struct bailey_policy *policy, u32 devices)
{
	struct bailey_device *device = calloc(devices, sizeof(*device));
	struct bailey_binding *binding;
	u32 d;

	for (d = 0; d < devices; d++) {
		device[d].ifindex = d + 1;
		snprintf(device[d].name, sizeof(device[d].name), "eth%u", d);
	}
	binding = bailey_binding_create(policy, device, devices);
	free(device);
	if (!binding)
		die("no binding");
	return binding;
}

/* One new connection from an endpoint to another: both sides are asked. */
struct ask {
	u32 from;
	u32 to;
	u16 port;
};

static void make_packet(const struct ask *ask, struct bailey_packet *packet,
			struct bailey_where *where)
{
	packet->family = BAILEY_IPV4;
	packet->proto = BAILEY_PROTO_TCP;
	packet->flags = BAILEY_PKT_PORTS;
	packet->sport = 40000;
	packet->dport = ask->port;
	packet->src.hi = (u64)address(ask->from) << 32;
	packet->dst.hi = (u64)address(ask->to) << 32;
	where->hook = BAILEY_HOOK_FORWARD;
	where->ifindex[0] = 1 + ask->from % DEVS;
	where->ifindex[1] = 1 + ask->to % DEVS;
}

static u32 answer(const struct bailey_binding *binding, const struct ask *ask)
{
	struct bailey_packet packet = { 0 };
	struct bailey_where where = { 0 };
	struct bailey_side side[2];
	struct bailey_inquiry inquiry = {
		.policy = binding->policy, .where = &where, .packet = &packet,
		.src = &side[0], .dst = &side[1], .dir = BAILEY_OUT,
	};
	u32 yes;

	make_packet(ask, &packet, &where);
	bailey_side_resolve(&side[0], binding, &where, &packet, 0);
	bailey_side_resolve(&side[1], binding, &where, &packet, 1);
	yes = !!bailey_permit_find(side[0].set, &inquiry).rule;
	inquiry.dir = BAILEY_IN;
	return yes + 2 * !!bailey_permit_find(side[1].set, &inquiry).rule;
}

static double ask_all(const struct bailey_binding *binding, const struct ask *asks, u32 *yes)
{
	double begin = now();
	u32 i;

	for (i = 0; i < ASKED; i++)
		yes[answer(binding, &asks[i])]++;
	return (now() - begin) / ASKED;
}

static double measure_asking(const struct bailey_binding *binding, u32 endpoints, u32 *yes)
{
	struct ask *asks = calloc(ASKED, sizeof(*asks));
	double times[RUNS];
	u32 i;

	for (i = 0; i < ASKED; i++) {
		asks[i].from = random_below(endpoints);
		asks[i].to = random_below(endpoints);
		asks[i].port = 1000 + random_below(50);
	}
	for (i = 0; i < RUNS; i++)
		times[i] = ask_all(binding, asks, yes);
	free(asks);
	return median(times, RUNS);
}

/* Another endpoint changes its groups, many times over. */
static void measure_change(struct bailey_policy *policy, u32 endpoints, double *parts)
{
	static double times[6][101];
	struct bailey_binding *binding = bind_all(policy, DEVS), *other;
	struct bailey_policy *next;
	struct bailey_out out = { 0 };
	u32 i, p;

	bailey_policy_get(policy);
	for (i = 0; i < 101; i++) {
		double part[3], t[3];

		bailey_out_reset(&out);
		print_endpoint(&out, random_below(endpoints), endpoints / 10);
		next = change(policy, out.buf, out.len, part);
		t[0] = now();
		other = bind_all(next, DEVS);
		t[1] = now();
		bailey_binding_destroy(binding);
		bailey_policy_put(policy);
		t[2] = now();
		policy = next;
		binding = other;
		for (p = 0; p < 3; p++)
			times[p][i] = part[p];
		times[3][i] = t[1] - t[0];
		times[4][i] = t[2] - t[1];
		times[5][i] = part[0] + part[1] + part[2] + t[2] - t[0];
	}
	for (p = 0; p < 6; p++)
		parts[p] = median(times[p], 101) / 1000;
	bailey_binding_destroy(binding);
	bailey_policy_put(policy);
	bailey_out_destroy(&out);
}

static void places(u32 endpoints, u32 peers)
{
	struct bailey_out out = { 0 };
	struct bailey_policy *policy;
	struct bailey_binding *binding;
	double load[3], ns, parts[6];
	size_t before, bytes;
	u32 yes[4] = { 0 };

	print_policy(&out, endpoints, peers);
	before = held();
	policy = change(NULL, out.buf, out.len, load);
	bytes = held() - before;
	bailey_out_destroy(&out);
	binding = bind_all(policy, DEVS);
	ns = measure_asking(binding, endpoints, yes);
	bailey_binding_destroy(binding);
	measure_change(policy, endpoints, parts);
	printf("%9u %6u %8llu | %7.1f %7.1f | %8.2f %5.0f |", endpoints, peers,
	       (unsigned long long)policy->rules, load[1] / 1e6, load[2] / 1e6,
	       bytes / 1e6, (double)bytes / policy->rules);
	printf(" %6.0f %4.1f%% | %6.1f %6.1f %6.1f %6.1f %6.1f %7.1f\n", ns,
	       100.0 * yes[3] / (yes[0] + yes[1] + yes[2] + yes[3]),
	       parts[0], parts[1], parts[2], parts[3], parts[4], parts[5]);
	bailey_policy_put(policy);
}

static void all_places(void)
{
	printf("                          |   load, ms      |    memory      |");
	printf(" a connection  |     one membership, us\n");
	printf("endpoints  peers    rules |  apply    seal  |     MB  B/rule |");
	printf("     ns passed |  clone  apply   seal   bind    put     all\n");
	places(100, 10);
	places(1000, 10);
	places(10000, 10);
	places(1000, 100);
	places(10000, 100);
}

static void print_prefix(struct bailey_out *out, u32 n, u8 family)
{
	u32 x = n * 0x9e3779b1, bits = 16 + n % 17;

	if (family == BAILEY_IPV4)
		bailey_out_printf(out, " %u.%u.%u.%u/%u", x >> 24, x >> 16 & 255, x >> 8 & 255,
				  n & 255, bits < 20 ? 24 : bits);
	else
		bailey_out_printf(out, " 2%03x:%x:%x:%x::%x/%u", x >> 20, x >> 4 & 0xffff,
				  n & 0xffff, n >> 16, n & 7 ? 0 : n & 0xffff,
				  !(n & 7) ? 128 : n < 65536 ? 48 + n % 17 : 64);
}

static void print_list(struct bailey_out *out, u32 count, u8 family)
{
	u32 i, on_line = 0;

	for (i = 0; i < count; i++) {
		if (!on_line)
			bailey_out_printf(out, "prefix-list l");
		print_prefix(out, i, family);
		on_line = (on_line + 1) % 100;
		if (!on_line)
			bailey_out_bytes(out, "\n", 1);
	}
	if (on_line)
		bailey_out_bytes(out, "\n", 1);
}

static double measure_prefixes(const struct bailey_prefix_set *set, u8 family, u32 *inside)
{
	struct bailey_addr *addr = calloc(ASKED, sizeof(*addr));
	double times[RUNS], begin;
	u32 i, run;

	for (i = 0; i < ASKED; i++) {
		addr[i] = set->at[random_below(set->count)].addr;
		/* Half of them somewhere near. */
		if (i & 1)
			addr[i].hi += (u64)random_below(1 << 12) << 32;
		else if (family == BAILEY_IPV4)
			addr[i].hi |= (u64)random_below(256) << 32;
	}
	for (run = 0; run < RUNS; run++) {
		*inside = 0;
		begin = now();
		for (i = 0; i < ASKED; i++)
			*inside += bailey_prefix_set_contains(set, family, &addr[i]);
		times[run] = (now() - begin) / ASKED;
	}
	free(addr);
	return median(times, RUNS);
}

static void prefixes(u32 count, u8 family)
{
	static const char one[] = "prefix-list l 9.9.9.0/24\n";
	struct bailey_out out = { 0 };
	struct bailey_policy *policy, *next;
	double load[3], part[3], times[RUNS], ns;
	struct bailey_object *object;
	size_t before, bytes;
	u32 inside, i;

	print_list(&out, count, family);
	before = held();
	policy = change(NULL, out.buf, out.len, load);
	bytes = held() - before;
	object = bailey_policy_object(policy, BAILEY_PREFIX_LIST, 0);
	ns = measure_prefixes(&bailey_prefix_list_of(object)->set, family, &inside);
	for (i = 0; i < RUNS; i++) {
		next = change(policy, one, strlen(one), part);
		bailey_policy_put(next);
		times[i] = part[0] + part[1] + part[2];
	}
	printf("%8u IPv%u | %7.1f %7.1f | %7.2f %7.0f | %6.1f %5.1f%% | %8.0f\n", count, family,
	       load[1] / 1e6, load[2] / 1e6, bytes / 1e6, (double)bytes / count, ns,
	       100.0 * inside / ASKED, median(times, RUNS) / 1000);
	bailey_out_destroy(&out);
	bailey_policy_put(policy);
}

static void all_prefixes(void)
{
	static const u32 counts[] = { 1000, 10000, 100000 };
	u32 i;

	printf("               |   load, ms      |    memory       |   a lookup     | one more\n");
	printf("prefixes       |  apply    seal  |     MB  B/entry |    ns  inside  |       us\n");
	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		prefixes(counts[i], BAILEY_IPV4);
		prefixes(counts[i], BAILEY_IPV6);
	}
}

static struct bailey_device *make_devices(u32 count)
{
	struct bailey_device *device = calloc(count, sizeof(*device));
	u32 d;

	for (d = 0; d < count; d++) {
		device[d].ifindex = d + 1;
		snprintf(device[d].name, sizeof(device[d].name), "veth%u", d);
	}
	return device;
}

/* An endpoint behind each interface; they come one after the other. */
static void devices(u32 count)
{
	struct bailey_device *device = make_devices(count);
	struct bailey_binding *binding, *shared;
	struct bailey_out out = { 0 };
	struct bailey_policy *policy;
	double t[4];
	u32 d, anew = 0;

	bailey_out_printf(&out, "group g\nattach dev veth* protects subnet groups g\n");
	for (d = 0; d < count; d++)
		bailey_out_printf(&out, "endpoint e%u dev veth%u addr 10.1.%u.%u groups g\n", d, d,
				  d >> 8, d & 255);
	policy = change(NULL, out.buf, out.len, NULL);
	binding = bailey_binding_create(policy, device, 0);
	t[0] = now();
	for (d = 0; d < count; d++) {
		if (bailey_binding_add(binding, &device[d]))
			continue;
		bailey_binding_destroy(binding);
		binding = bailey_binding_create(policy, device, d + 1);
		anew++;
	}
	t[1] = now();
	shared = bailey_binding_share(policy, binding);
	bailey_binding_destroy(shared);
	t[2] = now() - t[1];
	bailey_binding_destroy(binding);
	t[3] = now();
	bailey_binding_destroy(bailey_binding_create(policy, device, count));
	t[3] = now() - t[3];
	printf("%10u | %9.2f %8.0f %6u | %9.1f %9.1f\n", count, (t[1] - t[0]) / 1e6,
	       (t[1] - t[0]) / count, anew, t[3] / 1000, t[2] / 1000);
	bailey_policy_put(policy);
	bailey_out_destroy(&out);
	free(device);
}

static void all_devices(void)
{
	printf("           |  one after the other      |  bind for a commit, us\n");
	printf("interfaces |  all, ms  each, ns  anew  |       all    shared\n");
	devices(100);
	devices(1000);
	devices(10000);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (!*what || !strcmp(what, "places"))
		all_places();
	if (!*what || !strcmp(what, "prefixes"))
		all_prefixes();
	if (!*what || !strcmp(what, "devices"))
		all_devices();
	return 0;
}
