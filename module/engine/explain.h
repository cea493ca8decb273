/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Explain: a packet in words, judged by bailey_evaluate() itself with its
 * recorder on, and the answer in words.
 */
#ifndef BAILEY_ENGINE_EXPLAIN_H
#define BAILEY_ENGINE_EXPLAIN_H

#include "evaluate.h"

/**
 * struct bailey_question - what explain was asked
 * @packet: the packet
 * @in: name of the interface it comes in by; "" for this machine
 * @out: name of the interface it leaves by; "" for this machine
 * @fragment: it is a later fragment
 * @alone: judge this packet only, not a response as well
 */
struct bailey_question {
	struct bailey_packet packet;
	char in[BAILEY_IFNAME_MAX + 1];
	char out[BAILEY_IFNAME_MAX + 1];
	bool fragment;
	bool alone;
};

/**
 * struct bailey_explain_ops - what explain needs of the world around it
 * @where: fill in where a packet is, from interface names; 0, or -ENODEV for a
 *	   name that no interface has
 * @find: a connection in the table for a packet, copied into @conn; false when
 *	  there is none or no table
 */
struct bailey_explain_ops {
	int (*where)(void *arg, const char *in, const char *out,
		     struct bailey_where *where);
	bool (*find)(void *arg, const struct bailey_eval *eval,
		     struct bailey_conn *conn, u8 *side);
};

int bailey_question_parse(struct bailey_question *question, const char *text,
			  size_t len, struct bailey_diag *diag);
int bailey_explain(const struct bailey_question *question,
		   const struct bailey_binding *binding,
		   const struct bailey_track_rules *track,
		   const struct bailey_explain_ops *ops, void *arg,
		   struct bailey_out *out, struct bailey_diag *diag);

#endif /* BAILEY_ENGINE_EXPLAIN_H */
