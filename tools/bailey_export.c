#include "tool.h"
int tool_export_main(int argc, char **argv) { (void)argc; (void)argv; return 1; }
