/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which way the kernel would route a packet: see route.c.
 */
#ifndef BAILEY_TOOLS_ROUTE_H
#define BAILEY_TOOLS_ROUTE_H

#include "engine/question.h"

int tool_route_place(struct bailey_question *question, struct bailey_diag *diag);

#endif /* BAILEY_TOOLS_ROUTE_H */
