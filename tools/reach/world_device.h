/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The interfaces that policies speak of: see world_device.c.
 */
#ifndef BAILEY_TOOLS_WORLD_DEVICE_H
#define BAILEY_TOOLS_WORLD_DEVICE_H

#include "world.h"

int world_devices_create(struct world *world);

#endif /* BAILEY_TOOLS_WORLD_DEVICE_H */
