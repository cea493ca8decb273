/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The engine, driven as module/hook.c drives it, over a plain list of
 * connections, so that it can be compared with the reference.
 */
#ifndef BAILEY_TESTS_REFERENCE_ENGINE_H
#define BAILEY_TESTS_REFERENCE_ENGINE_H

#include "explain.h"
#include "model.h"

#define ENGINE_WAYS	64

/* Where ACLs alone ask, as one packet has found out: module/stateless.c */
struct engine_way {
	u32 ifindex[2];
	u32 master[2];
	struct bailey_acls acls;
};

struct engine {
	struct bailey_policy *policy;
	struct bailey_binding *binding;
	const struct ref_world *world;
	u32 ways;		/* of this binding; only forwarded packets have one */
	struct engine_way way[ENGINE_WAYS];
	u32 count;
	struct bailey_conn conn[REF_CONNS];
};

struct engine_answer {
	struct bailey_verdict verdict;
	bool final;		/* bailey_eval_begin() had the answer */
	bool tracked;		/* a connection was looked for */
	bool related;		/* it is an error about a connection */
	bool reopened;		/* it begins a connection anew */
	bool stateless;		/* another one has found out that ACLs alone ask here */
	bool differs;		/* ... and they do not say what the verdict says */
};

bool engine_init(struct engine *engine, const struct ref_world *world);
void engine_exit(struct engine *engine);
int engine_apply(struct engine *engine, const struct bailey_out *text, bool cut,
		 struct bailey_diag *diag);
void engine_packet(const struct ref_packet *from, struct bailey_packet *packet,
		   struct bailey_packet *quote);
void engine_judge(struct engine *engine, const struct ref_packet *packet, u32 now,
		  bool loose, bool untracked, struct engine_answer *answer);
int engine_explain(struct engine *engine, const struct ref_packet *packet, u32 now,
		   bool loose, bool untracked, struct bailey_explanation *answer);
void engine_print_conn(const struct bailey_conn *conn, struct bailey_out *out);

bool engine_same_verdict(const struct engine *engine, const struct ref_policy *policy,
			 const struct ref_verdict *ref,
			 const struct engine_answer *answer);
bool engine_same_match(const struct bailey_policy *policy, const struct ref_match *ref,
		       const struct bailey_match *match);
bool engine_same_conns(const struct engine *engine, const struct ref_state *state);

/* explained.c */
bool engine_same_explanation(const struct engine *engine, const struct ref_policy *policy,
			     const struct ref_packet *packet,
			     const struct ref_verdict *ref,
			     const struct engine_answer *answer,
			     const struct bailey_explanation *said);

#endif /* BAILEY_TESTS_REFERENCE_ENGINE_H */
