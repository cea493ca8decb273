/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What bailey upgrade keeps of each network namespace: see upgrade_place.c.
 */
#ifndef BAILEY_TOOLS_UPGRADE_H
#define BAILEY_TOOLS_UPGRADE_H

#include "tool.h"

/**
 * struct place - a network namespace
 * @fd: it
 * @inode: its number
 * @used: its policy asks somebody
 * @guarded: its guard is on
 * @policy: as save writes it
 * @connections: likewise
 * @settings: lines "NAME VALUE" of its sysctls
 */
struct place {
	int fd;
	unsigned long inode;
	bool used;
	bool guarded;
	struct bailey_out policy;
	struct bailey_out connections;
	struct bailey_out settings;
};

/**
 * struct places - all namespaces that can be found
 * @place: each; that of process 1, whose limits bind the others, comes first
 * @count: how many
 */
struct places {
	struct place *place;
	unsigned int count;
};

int places_find(struct places *places);
void places_free(struct places *places);

int place_enter(const struct place *place);
int place_look(struct place *place);
int place_save(struct place *place, const char *dir);
int place_load(const struct place *place);

#endif /* BAILEY_TOOLS_UPGRADE_H */
