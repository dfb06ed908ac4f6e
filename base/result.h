/* SPDX-License-Identifier: Apache-2.0
 * Result of an operation that can fail: 0 is done, errors are negative, counts are positive.
 * Decoders use DECODED, NOT_MINE and BAD.
 */
#ifndef HEARTH_BASE_RESULT_H
#define HEARTH_BASE_RESULT_H

enum result {
    RESULT_OK = 0,
    RESULT_BAD_VALUE = -1,  /* outside its range or not a number */
    RESULT_UNKNOWN = -2,    /* no such name, register, identifier */
    RESULT_NO_SPACE = -3,   /* buffer or queue full */
    RESULT_BAD_FORMAT = -4, /* text or frame is malformed */
    RESULT_IO = -5,         /* the medium failed */
};

enum decode {
    DECODED,
    NOT_MINE, /* well formed, addressed to or defined by somebody else */
    BAD,      /* ours, but broken; the caller counts it */
};

#endif
