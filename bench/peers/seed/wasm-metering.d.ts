// The package ships no types. Only what this peer calls is declared.

declare module "wasm-metering" {
  interface MeteringOptions {
    /** Type of the parameter of the imported metering function. */
    readonly meterType?: "i32" | "i64" | "f32" | "f64";
    /** Import module of the metering function; `"metering"` if absent. */
    readonly moduleStr?: string;
    /** Name of the metering function; `"usegas"` if absent. */
    readonly fieldStr?: string;
  }

  interface WasmMetering {
    /** Reads a module, puts a call of the metering function before every block, writes it. Throws on anything after the MVP. */
    meterWASM(wasm: Uint8Array, options?: MeteringOptions): Uint8Array;
  }

  const metering: WasmMetering;
  export default metering;
}
