// SPDX-License-Identifier: GPL-2.0
/*
 * Findings as SARIF 2.1.0 (OASIS), which build systems show beside the lines of a file.
 */
#include "lint.h"

#define SCHEMA	"https://json.schemastore.org/sarif-2.1.0.json"

static json_t *message_json(const char *text)
{
	return json_pack("{s:o}", "text", tool_json_string(text ? text : "",
							   text ? strlen(text) : 0));
}

static const char *level(enum lint_severity severity)
{
	return lint_severity_name(severity);
}

static json_t *rules_json(void)
{
	json_t *rules = json_array();
	u32 i;

	for (i = 0; i < LINT_CODES; i++)
		json_array_append_new(rules,
				      json_pack("{s:s, s:s, s:o, s:{s:s}}", "id",
						lint_about[i].id, "name", lint_about[i].name,
						"shortDescription",
						message_json(lint_about[i].text),
						"defaultConfiguration", "level",
						level(lint_about[i].severity)));
	return rules;
}

static bool unreserved(u8 c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       strchr("-._~/", c);
}

/* A file's name as a relative reference. */
static json_t *uri_json(const char *name)
{
	struct bailey_out uri = {};
	json_t *json;

	if (*name == '/')
		bailey_out_printf(&uri, "file://");
	for (; *name; name++)
		bailey_out_printf(&uri, unreserved(*name) ? "%c" : "%%%02X", (u8)*name);
	json = uri.failed ? NULL : json_string(uri.buf);
	bailey_out_destroy(&uri);
	return json;
}

static json_t *location_json(const struct lint *lint, const struct lint_finding *finding)
{
	const char *subject = finding->subject ? finding->subject : "";
	json_t *location;

	location = json_pack("{s:[{s:o}]}", "logicalLocations", "fullyQualifiedName",
			     tool_json_string(subject, strlen(subject)));
	if (!lint->source.name)
		return location;
	json_object_set_new(location, "physicalLocation",
			    json_pack("{s:{s:o}}", "artifactLocation", "uri",
				      uri_json(lint->source.name)));
	if (finding->spot.line)
		json_object_set_new(json_object_get(location, "physicalLocation"), "region",
				    json_pack("{s:I, s:I, s:I}", "startLine",
					      (json_int_t)finding->spot.line, "startColumn",
					      (json_int_t)finding->spot.column, "endColumn",
					      (json_int_t)finding->spot.column +
					      finding->spot.length));
	return location;
}

/* The same as long as the line and what is wrong with it are. */
static json_t *fingerprint_json(const struct lint_finding *finding)
{
	const char * const part[] = { lint_about[finding->code].id, finding->subject };
	u64 hash = 0xcbf29ce484222325ULL;
	char text[24];
	const char *at;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(part); i++)
		for (at = part[i] ? part[i] : ""; *at; at++)
			hash = (hash ^ (u8)*at) * 0x100000001b3ULL;
	snprintf(text, sizeof(text), "%016llx", (unsigned long long)hash);
	return json_pack("{s:s}", "baileyLine/v1", text);
}

static void set_text(json_t *json, const char *key, const char *text)
{
	if (text)
		json_object_set_new(json, key, tool_json_string(text, strlen(text)));
}

static json_t *result_json(const struct lint *lint, const struct lint_finding *finding)
{
	const struct lint_about *about = &lint_about[finding->code];
	json_t *properties = json_object(), *result;

	set_text(properties, "example", finding->example);
	set_text(properties, "shows", finding->shows);
	set_text(properties, "suggestion", finding->suggestion);
	result = json_pack("{s:s, s:i, s:s, s:o, s:[o], s:o, s:o}", "ruleId", about->id,
			   "ruleIndex", (int)finding->code, "level", level(about->severity),
			   "message", message_json(finding->text), "locations",
			   location_json(lint, finding), "partialFingerprints",
			   fingerprint_json(finding), "properties", properties);
	if (finding->reason)
		json_object_set_new(result, "suppressions",
				    json_pack("[{s:s, s:o}]", "kind", "inSource",
					      "justification",
					      tool_json_string(finding->reason,
							       strlen(finding->reason))));
	return result;
}

/**
 * lint_sarif() - what was found in some policies
 * @lint: the examinations
 * @count: how many
 *
 * Return: a new SARIF log of one run.
 */
json_t *lint_sarif(const struct lint *lint, size_t count)
{
	json_t *results = json_array();
	size_t i, k;

	for (k = 0; k < count; k++)
		for (i = 0; i < lint[k].count; i++)
			json_array_append_new(results,
					      result_json(&lint[k], &lint[k].finding[i]));
	return json_pack("{s:s, s:s, s:[{s:{s:{s:s, s:s, s:o}}, s:s, s:o}]}", "$schema", SCHEMA,
			 "version", "2.1.0", "runs", "tool", "driver", "name", "bailey lint",
			 "version", BAILEY_VERSION, "rules", rules_json(), "columnKind",
			 "utf16CodeUnits", "results", results);
}
