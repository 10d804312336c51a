// Headers of our own, and what we add to those of the C library. Paths are those of the compiler's `/usr`.

/**
 * The two imports cut the call stack and put back the locals of the function that called setjmp (`docs/gas.md`). They know
 * nothing of the stack in memory, where C has its arrays and what it takes addresses of. Where that stands is saved here,
 * and put back before the jump: from then on nothing of the functions that are left is used.
 */
const SETJMP = `#ifndef _SETJMP_H
#define _SETJMP_H

/* A jmp_buf may be copied. It can be jumped to until the function that called setjmp returns. */
typedef struct __jmp_buf {
  unsigned __place;
  void *__stack;
} jmp_buf[1];

#ifdef __cplusplus
extern "C" {
#endif

__attribute__((__import_module__("gasworks.jump"), __import_name__("setjmp"), __returns_twice__))
int __gasworks_setjmp(struct __jmp_buf *);

__attribute__((__import_module__("gasworks.jump"), __import_name__("longjmp"), __noreturn__))
void __gasworks_longjmp(unsigned, int);

/* Without lines of their own: a program that fails here shows the line that called. */
__asm__(".globaltype __stack_pointer, i32");

static __inline__ __attribute__((__always_inline__, __nodebug__, __unused__)) void *__gasworks_stack(void) {
  void *__stack;
  __asm__ volatile("global.get __stack_pointer\\n\\tlocal.set %0" : "=r"(__stack));
  return __stack;
}

static __inline__ __attribute__((__noreturn__, __nodebug__, __unused__)) void longjmp(jmp_buf __env, int __value) {
  __asm__ volatile("local.get %0\\n\\tglobal.set __stack_pointer" : : "r"(__env->__stack) : "memory");
  __gasworks_longjmp(__env->__place, __value);
}

#define setjmp(env) __gasworks_setjmp_in(env)
#define __gasworks_setjmp_in(env) \\
  (__extension__({ \\
    struct __jmp_buf *__env = (env); \\
    __env->__stack = __gasworks_stack(); \\
    __gasworks_setjmp(__env); \\
  }))

/* There are no signals, so there is no mask of them to keep. */
typedef jmp_buf sigjmp_buf;
#define _setjmp(env) setjmp(env)
#define _longjmp(env, value) longjmp(env, value)
#define sigsetjmp(env, save_mask) ((void)(save_mask), setjmp(env))
#define siglongjmp(env, value) longjmp(env, value)

#ifdef __cplusplus
}
#endif

#endif
`;

/**
 * Functions of standard C that wasi-libc only declares. They are always inlined, so a program that does not call them is the
 * same without them, and one that has its own keeps it.
 */
const STDIO = `
#ifndef __GASWORKS_STDIO
#define __GASWORKS_STDIO
#ifndef L_tmpnam
#define L_tmpnam 20
#endif
extern __inline__ __attribute__((__gnu_inline__, __always_inline__)) char *tmpnam(char *__name) {
  (void)__name;
  return (char *)0;
}
/* There are no files: this says so in errno. */
extern __inline__ __attribute__((__gnu_inline__, __always_inline__)) FILE *tmpfile(void) {
  return fopen("/tmp/file", "w+b");
}
#endif
`;

const STDLIB = `
#ifndef __GASWORKS_STDLIB
#define __GASWORKS_STDLIB
/* There is no shell. */
extern __inline__ __attribute__((__gnu_inline__, __always_inline__)) int system(const char *__command) {
  return __command ? -1 : 0;
}
#endif
`;

/** Found before those of the C library, and where there is none. */
export const OWN_HEADERS: Readonly<Record<string, string>> = { "include/setjmp.h": SETJMP };

/** What comes behind the text of a header. */
export const HEADER_ADDITIONS: Readonly<Record<string, string>> = {
  "include/wasm32-wasip1/stdio.h": STDIO,
  "include/wasm32-wasip1/stdlib.h": STDLIB,
};
