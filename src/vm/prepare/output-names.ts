// Names of what the instrumented module imports and exports on our behalf. The guest reaches none of them.

export const HOST_MODULE = "gw";
export const STATE_MODULE = "gs";

/** In an arena: what grows a computer's memory, and the exports that change the computer which an instance runs. */
export const GROW_IMPORT = "grow";
export const SWITCH_OUT = "switch.out";
export const SWITCH_IN = "switch.in";
