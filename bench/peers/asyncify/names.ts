// Names that the instrumented module and its Vm share.

/** Import module of what the host offers on our behalf. */
export const HOST_MODULE = "gw";
/** Import module of the state accessors. */
export const STATE_MODULE = "gw.state";
