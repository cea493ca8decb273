/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Transactions in a stream of bytes: begin … commit across any number of
 * writes, and single writes that are transactions by themselves.
 */
#ifndef BAILEY_ENGINE_SCRIPT_H
#define BAILEY_ENGINE_SCRIPT_H

#include "text.h"

/**
 * struct bailey_commit - what a transaction asks for beside its lines
 * @check: do not commit, say what would happen
 * @cut: connections that the new policy would not allow end ("revoke cut")
 * @confirm: seconds after which the old policy comes back; 0 for never
 * @first_line: number of the first line of the text
 * @text: the lines between begin and commit
 * @len: their length in bytes
 */
struct bailey_commit {
	bool check;
	bool cut;
	u32 confirm;
	u32 first_line;
	const char *text;
	size_t len;
};

/**
 * struct bailey_script_ops - who carries out what a script says
 * @commit: apply a transaction; 0 or negative errno with @diag filled in
 * @confirm: the "confirm" line: keep what waits for it; 0 or negative errno
 */
struct bailey_script_ops {
	int (*commit)(void *arg, const struct bailey_commit *commit,
		      struct bailey_diag *diag);
	int (*confirm)(void *arg, struct bailey_diag *diag);
};

/**
 * struct bailey_script - one stream of writes
 * @ops: who carries it out
 * @arg: handed to @ops
 * @max_bytes: longest text of one transaction
 * @text: lines that wait for their commit, and at the end perhaps half a line
 * @scanned: bytes of @text that were looked at
 * @body: where the lines of the open transaction begin in @text
 * @line: number of the line at @scanned
 * @open: between begin and commit
 * @poisoned: refused inside a transaction: nothing is taken until begin or abort
 * @torn: poisoned, and the last write ended inside a line
 * @commit: what begin asked for
 */
struct bailey_script {
	const struct bailey_script_ops *ops;
	void *arg;
	size_t max_bytes;
	struct bailey_out text;
	size_t scanned;
	size_t body;
	u32 line;
	bool open;
	bool poisoned;
	bool torn;
	struct bailey_commit commit;
};

void bailey_script_init(struct bailey_script *script,
			const struct bailey_script_ops *ops, void *arg,
			size_t max_bytes);
void bailey_script_destroy(struct bailey_script *script);
int bailey_script_feed(struct bailey_script *script, const char *data,
		       size_t len, struct bailey_diag *diag);
void bailey_script_lose(struct bailey_script *script, bool torn);

#endif /* BAILEY_ENGINE_SCRIPT_H */
