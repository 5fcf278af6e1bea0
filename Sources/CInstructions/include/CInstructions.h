#ifndef C_INSTRUCTIONS_H
#define C_INSTRUCTIONS_H

/// Tells the processor that the thread is waiting in a loop, so that its sibling may go ahead.
static inline void waitHint(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

#endif
