// SPDX-License-Identifier: GPL-2.0
/*
 * Accounts with something wrong in them: a value of another type or of another
 * meaning, a field too few.
 */
#include "oracle.h"

static json_t *other_value(struct or_random *random)
{
	switch (or_random(random, 16)) {
	case 0:
		return json_null();
	case 1:
		return json_true();
	case 2:
		return json_false();
	case 3:
		return json_integer(-1);
	case 4:
		return json_integer(70000);
	case 5:
		return json_integer((json_int_t)1 << 62);
	case 6:
		return json_real(80.5);
	case 7:
		return json_array();
	case 8:
		return json_object();
	case 9:
		return json_string("");
	case 10:
		return json_string("10.0.0.0/0");
	case 11:
		return json_string("::ffff:10.0.0.1/120");
	case 12:
		return json_string("sg-00000001");
	case 13:
		return json_string("subnet-1");
	case 14:
		return json_stringn("a\0b\n# \xe2\x80\xae", 9);
	default:
		return json_integer(32767);
	}
}

static json_t *nth_member(json_t *json, size_t n, const char **key)
{
	void *at = json_object_iter(json);

	while (n--)
		at = json_object_iter_next(json, at);
	*key = json_object_iter_key(at);
	return json_object_iter_value(at);
}

/**
 * or_spoil() - change something somewhere
 * @random: where and what
 * @json: an object or list
 */
void or_spoil(struct or_random *random, json_t *json)
{
	size_t size = json_is_array(json) ? json_array_size(json) : json_object_size(json);
	const char *key = NULL;
	json_t *child;
	size_t at;

	if (!size)
		return;
	at = or_random(random, size);
	child = json_is_array(json) ? json_array_get(json, at) : nth_member(json, at, &key);
	if ((json_is_array(child) || json_is_object(child)) && or_random(random, 8))
		or_spoil(random, child);
	else if (!key && or_random(random, 3))
		json_array_set_new(json, at, other_value(random));
	else if (!key)
		json_array_append(json, child);
	else if (or_random(random, 3))
		json_object_set_new(json, key, other_value(random));
	else
		json_object_del(json, key);
}
