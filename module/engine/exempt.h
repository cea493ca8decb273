/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which packets the exempt lines are about.
 */
#ifndef BAILEY_ENGINE_EXEMPT_H
#define BAILEY_ENGINE_EXEMPT_H

#include "policy.h"

u8 bailey_exempt_find(u8 stands, const struct bailey_packet *packet);

#endif /* BAILEY_ENGINE_EXEMPT_H */
