import { testContracts } from "./contract-tests.ts";

await testContracts("things");
