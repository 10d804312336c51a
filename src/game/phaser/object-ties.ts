// Which computers belong to which game objects, and that a computer goes with its object.

import * as Phaser from "phaser";

import type { Computer } from "../computer/index.ts";

type GameObject = Phaser.GameObjects.GameObject;

/** What ends a computer with its game object. */
interface Tie {
  readonly gameObject: GameObject;
  readonly computer: Computer;
  readonly stopListening: () => void;
}

/** Ids of computers that nobody named. They cannot be saved: after a reload they would mean others. */
const UNNAMED = "unnamed-";

export function isUnnamed(id: string): boolean {
  return id.startsWith(UNNAMED);
}

export class ObjectTies {
  readonly #ties = new Set<Tie>();
  /** In the order in which they were added. */
  readonly #byObject = new Map<GameObject, Computer[]>();
  #unnamedCount = 0;

  /** The name of the object, or one that says that it has none. */
  idFor({ name }: GameObject): string {
    return name === "" ? `${UNNAMED}${++this.#unnamedCount}` : name;
  }

  /** @param remove - Called when the object is destroyed, but not with its scene. */
  tie(gameObject: GameObject, computer: Computer, remove: () => void): void {
    const onDestroy = (_object: GameObject, isSceneEnding: boolean): void => {
      // The end of the scene is ours as well: it takes all computers at once, and tells nobody.
      if (isSceneEnding) return;
      this.#untie(tie);
      remove();
    };
    const stopListening = (): void => {
      gameObject.off(Phaser.GameObjects.Events.DESTROY, onDestroy);
    };
    const tie: Tie = { gameObject, computer, stopListening };
    gameObject.once(Phaser.GameObjects.Events.DESTROY, onDestroy);
    this.#ties.add(tie);
    const known = this.#byObject.get(gameObject);
    if (known === undefined) this.#byObject.set(gameObject, [computer]);
    else known.push(computer);
  }

  /** The computer of a game object; the first, if it has several. */
  of(gameObject: GameObject): Computer | undefined {
    return this.#byObject.get(gameObject)?.[0];
  }

  untie(computer: Computer): void {
    for (const tie of this.#ties) if (tie.computer === computer) this.#untie(tie);
  }

  clear(): void {
    for (const tie of this.#ties) this.#untie(tie);
  }

  #untie(tie: Tie): void {
    const { gameObject, computer, stopListening } = tie;
    stopListening();
    this.#ties.delete(tie);
    const left = this.#byObject.get(gameObject)?.filter((other) => other !== computer) ?? [];
    if (left.length > 0) this.#byObject.set(gameObject, left);
    else this.#byObject.delete(gameObject);
  }
}
