/* SPDX-License-Identifier: Apache-2.0
 * From reset to main(), and what C cannot say: semihosting calls and a loop of a known number of
 * instructions. Anything that goes wrong ends the run with another code than 0.
 */
    .syntax unified
    .cpu cortex-m4
    .thumb

    .equ CPACR, 0xE000ED88
    .equ FPU_ACCESS, 0xF << 20
    .equ SYS_WRITE0, 0x04
    .equ SYS_EXIT_EXTENDED, 0x20
    .equ APPLICATION_EXIT, 0x20026
    .equ FAULT_CODE, 3

    .section .vectors, "a"
    .word stack_top
    .word reset
    .rept 14
    .word fault
    .endr

    .text
    .thumb_func
reset:
    ldr r0, =CPACR
    ldr r1, [r0]
    orr r1, r1, #FPU_ACCESS
    str r1, [r0]
    dsb
    isb
    bl main
    b board_exit

    .thumb_func
fault:
    movs r0, #FAULT_CODE
    b board_exit

    .global board_spin
    .thumb_func
board_spin:
    subs r0, #1
    bne board_spin
    bx lr

    .global board_print
    .thumb_func
board_print:
    mov r1, r0
    movs r0, #SYS_WRITE0
    bkpt 0xAB
    bx lr

    .global board_exit
    .thumb_func
board_exit:
    ldr r1, =APPLICATION_EXIT
    push {r0}
    push {r1}
    mov r1, sp
    movs r0, #SYS_EXIT_EXTENDED
    bkpt 0xAB
    b .
