/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A text in the hands of the user's editor: see edit_copy.c.
 */
#ifndef BAILEY_TOOLS_EDIT_H
#define BAILEY_TOOLS_EDIT_H

#include "tool.h"

/**
 * struct edit_copy - a private copy of what is edited
 * @dir: a directory of its own, mode 0700
 * @path: the copy in it, mode 0600
 */
struct edit_copy {
	char *dir;
	char *path;
};

int edit_copy_create(struct edit_copy *copy, const char *name, const char *text,
		     size_t len);
int edit_copy_write(const struct edit_copy *copy, const char *text, size_t len);
void edit_copy_remove(struct edit_copy *copy);
int edit_copy_run(const struct edit_copy *copy);

void edit_signals_catch(void);
bool edit_signals_came(void);

#endif /* BAILEY_TOOLS_EDIT_H */
