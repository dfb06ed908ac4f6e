/* SPDX-License-Identifier: Apache-2.0
 * e^x = (e^(x/256))^256 with a short series; the root by Newton's steps from a halved exponent.
 */
#include "core/soc_math.h"

#include <stdint.h>
#include <string.h>

float soc_exp(float x)
{
    if (x < -60.0f)
        return 0.0f;
    float y = x * (1.0f / 256.0f);
    float e = 1.0f + y * (1.0f + y * (0.5f + y * (1.0f / 6.0f)));
    for (int i = 0; i < 8; i++)
        e *= e;
    return e;
}

float soc_root(float x)
{
    if (!(x > 0.0f))
        return 0.0f;
    uint32_t bits;
    memcpy(&bits, &x, sizeof(bits));
    bits = (bits >> 1) + 0x1fc00000u;
    float root;
    memcpy(&root, &bits, sizeof(root));
    for (int i = 0; i < 3; i++)
        root = 0.5f * (root + x / root);
    return root;
}
