// SPDX-License-Identifier: GPL-2.0
/*
 * What becomes of a conversation: who its ends are, what their users do, the turn
 * that some take, and how it must end.
 */
#include "net.h"

#define WINDOW_MOST	0x40000000	/* 2^30 */
#define WIDE_SEGMENT	50000000
#define WIND_UP		3000	/* steps in which a conversation must end */

#define GIVE_UP		1000	/* steps after which who has no peer gives up */
#define LARGE		4000000	/* receive buffer that lets it end */

static u32 pick(struct walk_random *random, const u32 *from, u32 count)
{
	return from[walk_random(random, count)];
}

#define PICK(random, ...) ({							\
	static const u32 from[] = { __VA_ARGS__ };				\
	pick(random, from, ARRAY_SIZE(from)); })

static void choose_style(struct walk_random *random, struct walk_style *style)
{
	u64 flight;

	memset(style, 0, sizeof(*style));
	style->mss = PICK(random, 1, 8, 100, 536, 1460, 1460, 1460, 9000, 65000, 200000);
	style->buffer = PICK(random, 1, 3, 100, 2920, 14600, 65535, 65535, 200000, 1 << 20,
			     1 << 24, WINDOW_MOST);
	if (!walk_random(random, 3))
		style->buffer += walk_random(random, style->buffer);
	flight = (u64)PICK(random, 1, 2, 10, 64, 1000) * style->mss;
	style->flight = flight < WINDOW_MOST ? flight : WINDOW_MOST;
	style->shift = walk_random(random, 4) ? (s8)walk_random(random, 15) : -1;
	style->bsd = walk_random(random, 2);
	style->shrinks = !walk_random(random, 6);
	style->silly = !walk_random(random, 4);
	style->sack = walk_random(random, 4);
	style->duplicate_sack = walk_random(random, 2);
	style->timestamps = walk_random(random, 2);
	style->delays_ack = walk_random(random, 2);
	style->takes_early = walk_random(random, 2);
	style->resets_late_data = walk_random(random, 2);
}

/*
 * Gigabytes in few segments, each of which stands for many: numbers go round, and
 * windows are as large as they can be.
 */
static void widen(struct walk_style *style)
{
	style->mss = WIDE_SEGMENT;
	style->buffer = WINDOW_MOST;
	style->flight = WINDOW_MOST;
	style->shift = 14;
	style->silly = false;
}

/* One in four is near the wrap. */
static u64 choose_iss(struct walk_random *random)
{
	u32 iss = walk_random64(random);

	if (!walk_random(random, 4))
		iss = 0 - walk_random(random, 100000);
	return (1ULL << 34) + iss;
}

static void create_end(struct walk_net *net, u8 side, u64 iss)
{
	struct walk_style style;

	choose_style(&net->random, &style);
	if (net->wide)
		widen(&style);
	walk_endpoint_init(&net->ep[side], side, &style, iss);
	net->budget[side] = walk_random(&net->random, 4) ?
		(u64)style.mss * walk_random(&net->random, 60) : 0;
}

static void connect_ends(struct walk_net *net)
{
	struct walk_endpoint *client = &net->ep[0], *server = &net->ep[1];
	u32 early = 0;

	if (net->kind != WALK_REFUSED)
		walk_endpoint_listen(server);
	if (net->kind == WALK_EARLY_DATA)
		early = 1 + walk_random(&net->random,
					client->style.mss < 1460 ? client->style.mss : 1460);
	if (net->kind == WALK_SIMULTANEOUS) {
		walk_endpoint_connect(server, 0);
		walk_net_collect(net, 1);
	}
	walk_endpoint_connect(client, early);
	walk_net_collect(net, 0);
}

static enum walk_kind choose_kind(struct walk_random *random, u32 kinds)
{
	static const u8 often[] = {
		WALK_PLAIN, WALK_PLAIN, WALK_PLAIN, WALK_PLAIN, WALK_PLAIN, WALK_PLAIN,
		WALK_EARLY_DATA, WALK_SIMULTANEOUS, WALK_PICKUP, WALK_PICKUP, WALK_REUSE,
	};
	u32 n;

	do {
		n = walk_random(random, WALK_KIND_COUNT + ARRAY_SIZE(often));
		if (n >= WALK_KIND_COUNT)
			n = often[n - WALK_KIND_COUNT];
	} while (!(kinds & 1 << n));
	return n;
}

static void begin(struct walk_net *net, u64 seed, const struct walk_options *options,
		  struct walk_tally *tally)
{
	struct walk_random *random = &net->random;
	bool loose;

	memset(net, 0, sizeof(*net));
	random->state = seed;
	net->verbose = options->verbose;
	net->tally = tally;
	net->kind = choose_kind(random, options->kinds);
	net->loss = PICK(random, 0, 0, 10, 50, 200);
	net->duplication = PICK(random, 0, 0, 10, 100);
	net->reorder = PICK(random, 1, 1, 2, 4, 16);
	net->attacks = PICK(random, 0, 20, 50, 200);
	/* Nobody can guess the edge of such a window who comes later */
	net->wide = !walk_random(random, 12) && net->kind != WALK_PICKUP;
	if (net->wide && net->reorder > 2)
		net->reorder = 2; /* else copies would live longer than numbers */
	net->attacker = walk_random(random, 2);
	net->limit = 20 + walk_random(random, options->limit);
	net->turn = walk_random(random, net->limit);
	loose = net->kind == WALK_PICKUP || !walk_random(random, 4);
	walk_firewall_init(&net->firewall, options->fault, walk_random(random, 2), loose);
	net->firewall.rules.tcp_max_ack = PICK(random, 0, 1000, BAILEY_TCP_MAX_ACK_DEFAULT);
	net->firewall.rules.liberal = !walk_random(random, 16);
	if (net->firewall.rules.liberal)
		net->attacks = 0; /* what is outside may pass there */
	net->firewall.watching = net->kind != WALK_PICKUP;
	create_end(net, 0, choose_iss(random));
	create_end(net, 1, choose_iss(random));
	connect_ends(net);
}

static void write_some(struct walk_net *net, u8 side)
{
	struct walk_endpoint *ep = &net->ep[side];
	u64 bytes = 1 + walk_random(&net->random, 6 * ep->style.mss);

	if (bytes > net->budget[side])
		bytes = net->budget[side];
	if (!bytes)
		return;
	net->budget[side] -= bytes;
	ep->urgent = !walk_random(&net->random, 50);
	walk_endpoint_write(ep, bytes);
}

static void change_buffer(struct walk_net *net, u8 side)
{
	struct walk_endpoint *ep = &net->ep[side];
	u32 buffer = walk_random(&net->random, 3) ?
		walk_random(&net->random, ep->style.buffer + 1) : 2 * ep->style.buffer;

	if (!ep->synchronized) /* a SYN is sent again as it was */
		return;
	if (buffer > WINDOW_MOST)
		buffer = WINDOW_MOST;
	if (buffer)
		ep->style.buffer = buffer;
}

/* The user of one end does something, or a timer of it ends. */
static void act(struct walk_net *net, u8 side)
{
	struct walk_endpoint *ep = &net->ep[side];
	u32 what = walk_random(&net->random, 1000);

	if (net->verbose)
		walk_trace(net, what < 450 ? "writes" : what < 650 ? "reads" :
			   what < 900 ? "timer" : what < 940 ? "keepalive" :
			   what < 960 ? "buffer" : what < 985 ? "closes" :
			   what < 997 ? "shuts down" : "aborts", side);
	if (what < 450)
		write_some(net, side);
	else if (what < 650)
		walk_endpoint_read(ep, walk_random(&net->random, 2) ? U32_MAX :
				   walk_random(&net->random, 3 * ep->style.mss));
	else if (what < 900)
		walk_endpoint_timer(ep, &net->random);
	else if (what < 940)
		walk_endpoint_keepalive(ep, what & 1);
	else if (what < 960)
		change_buffer(net, side);
	else if (what < 985)
		walk_endpoint_close(ep, !net->budget[side] || what & 1);
	else if (what < 997)
		walk_endpoint_close(ep, false);
	else
		walk_endpoint_abort(ep);
	walk_net_collect(net, side);
}

static bool over(const struct walk_endpoint *ep)
{
	return ep->state == WALK_CLOSED || ep->state == WALK_TIME_WAIT ||
	       ep->state == WALK_LISTEN;
}

/*
 * A machine loses its memory. When it is back nothing is on its way any more (RFC 9293
 * 3.4.3), and clocks went on, so that its next numbers are higher.
 */
static void crash(struct walk_net *net, u8 side)
{
	memset(net->near, 0, sizeof(net->near));
	memset(net->far, 0, sizeof(net->far));
	create_end(net, side, net->ep[side].snd_max + 1 +
		   walk_random(&net->random, 1 << walk_random(&net->random, 30)));
	if (side) {
		walk_endpoint_listen(&net->ep[side]);
	} else {
		walk_endpoint_connect(&net->ep[side], 0);
		walk_net_collect(net, side);
	}
}

static void reuse(struct walk_net *net)
{
	u8 i, state = net->firewall.conn.track.state;

	net->ended = state == BAILEY_TCP_TIME_WAIT || state == BAILEY_TCP_CLOSE;
	net->firewall.reopened = false;
	for (i = 0; i < 2; i++) {
		create_end(net, i, net->ep[i].snd_max + 1 +
			   walk_random(&net->random, 1 << walk_random(&net->random, 30)));
		net->seen[i] = false;
	}
	connect_ends(net);
}

static bool turn_is_due(const struct walk_net *net)
{
	switch (net->kind) {
	case WALK_PICKUP: /* in the middle, not in the handshake */
		return net->steps >= net->turn && net->ep[0].state != WALK_SYN_SENT;
	case WALK_CLIENT_CRASH:
	case WALK_CLIENT_CRASH_UNSEEN:
	case WALK_SERVER_CRASH:
		return net->steps >= net->turn;
	case WALK_REUSE: /* RFC 9293 3.4.3: no old segments are about */
		return over(&net->ep[0]) && over(&net->ep[1]) && walk_net_quiet(net) &&
		       net->ep[0].state != WALK_LISTEN;
	default:
		return false;
	}
}

static void drop_syns(struct walk_queue *queue)
{
	u32 i, n = 0;

	for (i = 0; i < queue->count; i++)
		if (queue->segment[i].flags != BAILEY_TCP_SYN)
			queue->segment[n++] = queue->segment[i];
	queue->count = n;
}

static void turn(struct walk_net *net)
{
	if (net->turned || !turn_is_due(net))
		return;
	net->turned = true;
	if (net->verbose)
		walk_trace(net, "the turn", 0);
	switch (net->kind) {
	case WALK_PICKUP:
		net->firewall.watching = true;
		drop_syns(&net->near[0]);
		net->fins_unseen = net->ep[0].fin_queued || net->ep[1].fin_queued;
		break;
	case WALK_CLIENT_CRASH_UNSEEN:
		net->firewall.known = false;
		crash(net, 0);
		break;
	case WALK_CLIENT_CRASH:
		crash(net, 0);
		break;
	case WALK_SERVER_CRASH:
		crash(net, 1);
		break;
	default:
		net->winding_up = false;
		net->late_copy = false;
		net->loss = PICK(&net->random, 0, 10, 200);
		net->limit = net->steps + walk_random(&net->random, 100);
		reuse(net);
	}
}

/* After a crash numbers are not what they were: nobody attacks then. */
static bool under_attack(const struct walk_net *net)
{
	if (net->winding_up || !net->firewall.known || net->late_copy)
		return false;
	if (net->kind == WALK_PICKUP)
		return net->seen[0] && net->seen[1];
	/* A server that listens again has forgotten what it had advertised */
	if (net->ep[1].state == WALK_LISTEN &&
	    net->firewall.conn.track.state != BAILEY_TCP_SYN_SENT)
		return false;
	return !net->turned && net->kind != WALK_REFUSED;
}

static void step(struct walk_net *net)
{
	turn(net);
	if (under_attack(net) && walk_chance(&net->random, net->attacks))
		walk_attack(net);
	else if (!walk_net_quiet(net) && walk_chance(&net->random, 800))
		walk_net_move(net);
	else
		act(net, walk_random(&net->random, 2));
}

/* Who gets no answer ends in the end (RFC 9293 3.8.3). */
static bool gives_up(const struct walk_net *net, const struct walk_endpoint *ep)
{
	return ep->state == WALK_SYN_SENT || ep->state == WALK_SYN_RECEIVED ||
	       (over(&net->ep[!ep->side]) && !over(ep));
}

static void begin_winding_up(struct walk_net *net)
{
	u8 i;

	net->winding_up = true;
	net->loss = 0;
	net->duplication = 0;
	for (i = 0; i < 2; i++) {
		struct walk_endpoint *ep = &net->ep[i];

		if (ep->style.buffer < LARGE)
			ep->style.buffer = LARGE;
		if (net->wide)
			ep->style.buffer = WINDOW_MOST;
		/* The rest is not written */
		if (ep->snd_lim > ep->snd_max)
			ep->snd_lim = ep->snd_max > ep->iss ? ep->snd_max : ep->iss + 1;
	}
}

/* Users close, the path loses nothing, timers end when nothing is on its way. */
static void wind_up(struct walk_net *net)
{
	u8 side = walk_random(&net->random, 2);
	struct walk_endpoint *ep = &net->ep[side];

	if (!net->winding_up)
		begin_winding_up(net);
	turn(net);
	/* Ends with closed windows may answer each other's ACKs without end */
	if (!walk_net_quiet(net) && walk_random(&net->random, 64)) {
		walk_net_move(net);
		return;
	}
	walk_endpoint_read(ep, U32_MAX);
	walk_endpoint_close(ep, false);
	if (net->steps > net->limit + GIVE_UP && gives_up(net, ep))
		walk_endpoint_abort(ep);
	walk_endpoint_timer(ep, &net->random);
	walk_endpoint_keepalive(ep, false);
	walk_net_collect(net, side);
}

static bool ended(const struct walk_net *net)
{
	return over(&net->ep[0]) && over(&net->ep[1]) && walk_net_quiet(net);
}

/* Is something still to happen to machines that have nothing to say? */
static bool awaits_turn(const struct walk_net *net)
{
	return !net->turned && (turn_is_due(net) ||
				net->kind == WALK_CLIENT_CRASH ||
				net->kind == WALK_CLIENT_CRASH_UNSEEN);
}

static void check_end(struct walk_net *net)
{
	u8 state = net->firewall.conn.track.state;
	bool regular = net->ep[0].regular && net->ep[1].regular;

	net->tally->ends[regular ? 0 : net->ep[0].was_reset || net->ep[1].was_reset ? 1 : 2]++;
	net->tally->late_copies += net->late_copy;
	/* Who is liberal knows less: there it must only let pass */
	if (!regular || net->late_copy || net->firewall.rules.liberal ||
	    !net->firewall.known || net->fins_unseen || net->failure)
		return;
	if (net->ended && !net->firewall.reopened)
		walk_net_fail(net, WALK_NOT_REOPENED, NULL, BAILEY_PASS);
	else if (state != BAILEY_TCP_TIME_WAIT && state != BAILEY_TCP_CLOSE)
		walk_net_fail(net, WALK_END_STATE, NULL, BAILEY_PASS);
}

/**
 * walk_conversation() - one conversation from its beginning to its end
 * @net: working memory; afterwards &walk_net.failure says how it went
 * @seed: where the random numbers begin
 * @options: what the user wants
 * @tally: what happened is added
 */
void walk_conversation(struct walk_net *net, u64 seed, const struct walk_options *options,
		       struct walk_tally *tally)
{
	begin(net, seed, options, tally);
	tally->kinds[net->kind]++;
	for (; !net->failure && !(ended(net) && !awaits_turn(net)); net->steps++) {
		if (net->steps < net->limit)
			step(net);
		else if (net->steps < net->limit + WIND_UP)
			wind_up(net);
		else if (net->kind != WALK_CLIENT_CRASH_UNSEEN && !net->late_copy)
			walk_net_fail(net, WALK_STUCK, NULL, BAILEY_PASS);
		else
			break; /* what is forgotten stays so: its users give up */
	}
	check_end(net);
}
