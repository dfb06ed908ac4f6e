/* SPDX-License-Identifier: Apache-2.0
 * Errors of the Linux port as one line of text for people, without a newline. The caller prints it
 * behind the name of what it was about to open.
 */
#ifndef HEARTH_PORT_LINUX_ERROR_H
#define HEARTH_PORT_LINUX_ERROR_H

#define PORT_ERROR_SIZE 160

/* Writes the text (cut to PORT_ERROR_SIZE) and returns RESULT_IO. */
int port_fail(char *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Like port_fail(), followed by ": " and the words of errno. */
int port_fail_errno(char *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
