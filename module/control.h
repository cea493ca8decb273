/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a transaction does to a namespace: see control.c.
 */
#ifndef BAILEY_CONTROL_H
#define BAILEY_CONTROL_H

#include "engine/script.h"
#include "net.h"

extern const struct bailey_script_ops bailey_control_ops;

int bailey_control_init(struct bailey_net *bn);
void bailey_control_close(struct bailey_net *bn);
void bailey_control_exit(struct bailey_net *bn);
void bailey_control_refused(struct bailey_net *bn, const struct bailey_diag *diag);

#endif /* BAILEY_CONTROL_H */
