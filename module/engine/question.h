/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A packet in words, as explain is asked about it: see question.c.
 */
#ifndef BAILEY_ENGINE_QUESTION_H
#define BAILEY_ENGINE_QUESTION_H

#include "side.h"

/**
 * struct bailey_question_word - where the question speaks of an end
 * @text: the endpoint's name, or the address as it was written
 * @named: it is the name of an endpoint
 * @column: byte of the line at which it begins, from 1
 * @length: its bytes
 */
struct bailey_question_word {
	char text[BAILEY_NAME_MAX + 1];
	bool named;
	u32 column;
	u32 length;
};

/**
 * struct bailey_question - what explain was asked
 * @packet: the packet
 * @in: name of the interface it comes in by; "" for this machine
 * @out: name of the interface it leaves by; "" for this machine
 * @end: how source and destination were written
 * @family: %BAILEY_IPV4 or %BAILEY_IPV6 if it was said, else 0
 * @unplaced: bit per end (1 << %BAILEY_SRC or %BAILEY_DST) of which it is not known
 *	      yet by which interface it is reached
 * @fragment: it is a later fragment
 * @connection: judge the response, and an ICMP error, as well
 */
struct bailey_question {
	struct bailey_packet packet;
	char in[BAILEY_IFNAME_MAX + 1];
	char out[BAILEY_IFNAME_MAX + 1];
	struct bailey_question_word end[2];
	u8 family;
	u8 unplaced;
	bool fragment;
	bool connection;
};

int bailey_question_parse(struct bailey_question *question, const char *text,
			  size_t len, struct bailey_diag *diag);
int bailey_question_resolve(struct bailey_question *question,
			    const struct bailey_policy *policy,
			    struct bailey_diag *diag);
int bailey_question_placed(const struct bailey_question *question,
			   struct bailey_diag *diag);
__printf(5, 6) int bailey_question_fail(const struct bailey_question *question, u32 end,
					struct bailey_diag *diag, const char *expected,
					const char *fmt, ...);
void bailey_question_print(const struct bailey_question *question,
			   struct bailey_out *out);
void bailey_packet_print(const struct bailey_packet *packet, const char *in,
			 const char *out_dev, struct bailey_out *out);

#endif /* BAILEY_ENGINE_QUESTION_H */
