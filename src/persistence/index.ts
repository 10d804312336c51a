// Saves: what they hold, how they are bytes, where they are kept. Knows snapshots as data, never a Vm.

export {
  canonicalSave,
  compressSave,
  decodeSave,
  DEFAULT_SAVE_LIMITS,
  encodeSave,
  readSaveHeader,
  readSaveMeta,
  SaveEncoder,
  type EncodeOptions,
  type SaveEncoderOptions,
  type SaveLimits,
} from "./save-codec.ts";
export { PieceCache } from "./piece-cache.ts";
export { SAVE_FORMAT } from "./save-container.ts";
export type {
  SavedComputer,
  SavedMod,
  SavedProgram,
  SaveGame,
  SaveMeta,
  SaveSource,
  Thumbnail,
  UnknownSection,
} from "./save-game.ts";
export type { SaveHeader } from "./save-header.ts";
export { copyComputer, extractComputer, type CopyComputerOptions } from "./copy-computer.ts";
export {
  claimedGeneration,
  openSealedSave,
  sealSave,
  type OpenedSave,
  type OpenOptions,
  type SealKey,
  type SealOptions,
} from "./seal.ts";
export { GASWORKS_VERSION } from "./version.ts";
export { canonicalJson, type JsonValue } from "./json-value.ts";
export {
  bySlot,
  checkSlotName,
  nothingWhole,
  oldestKept,
  resolveKeep,
  type GenerationInfo,
  type SaveStore,
  type SlotInfo,
  type StorageRoom,
  type StoredSave,
  type StoreMessage,
  type WriteOptions,
} from "./save-store.ts";
export { isDamagedSave } from "./check-save.ts";
export { FolderStore, type FileStart, type SaveFolder } from "./folder-store.ts";
export { OriginFileStore, type OriginFileStoreOptions } from "./origin-file-store.ts";
export { MemoryStore } from "./memory-store.ts";
export { IndexedDbStore, type IndexedDbStoreOptions } from "./indexed-db-store.ts";
export { MirroredStore } from "./mirrored-store.ts";
export { BrowserStore, type BrowserStoreOptions } from "./browser-store.ts";
export { Autosaver, type AutosaveReport } from "./autosaver.ts";
export {
  createBackgroundEncoder,
  type BackgroundEncoder,
  type BackgroundEncoderOptions,
  type EncodingSave,
  type SaveRest,
} from "./background-encoder.ts";
export { SaveError, type SaveErrorCode } from "./errors.ts";
