/* SPDX-License-Identifier: GPL-2.0 */
/*
 * MATCH in the policy language: parsing, and the words for protocols.
 */
#ifndef BAILEY_ENGINE_MATCH_TEXT_H
#define BAILEY_ENGINE_MATCH_TEXT_H

#include "policy.h"

int bailey_match_parse(struct bailey_policy *policy, struct bailey_lexer *lex,
		       bool groups, struct bailey_match *match);
int bailey_cidr_parse(struct bailey_lexer *lex, u8 *family,
		      struct bailey_addr *addr, u8 *bits);
int bailey_name_parse(struct bailey_lexer *lex, const char *what);
bool bailey_name_ok(const char *name, u32 len);
bool bailey_proto_parse(const char *s, u32 len, u16 *proto);
const char *bailey_proto_name(u16 proto);
void bailey_proto_print(u16 proto, struct bailey_out *out);

#endif /* BAILEY_ENGINE_MATCH_TEXT_H */
