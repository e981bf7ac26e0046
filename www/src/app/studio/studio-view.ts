/** The studio, over the whole screen: holds the scenes and their history, the cut-out that is open, and the parts. */

import { html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { ColourTold, Engine, Harmony, StudioLook, StudioSession } from 'vitrine/engine/types';
import { base, controls, fullScreen, segments } from '../../styles/shared.js';
import type { ActivityLog } from '../activity/log.js';
import { EditorCovers } from '../editor/correction-editor.js';
import { readyPhotos, type Naming, type ReadyPhoto } from '../export.js';
import { FollowQueue } from '../follow.js';
import { icons } from '../icons.js';
import type { Template } from '../naming/template.js';
import type { PhotoQueue } from '../queue.js';
import { saveFile } from '../saving/download.js';
import { sentence } from '../sentence.js';
import { strings } from '../strings.js';
import { aspectOf, outlineOf, type Outline } from './alpha-box.js';
import { AS_SHOT, colourText, withLight, withNeutral, type Colour } from './colour.js';
import type { ColourAsk, ColourChange, LayerChoice, NeutralPick, PhotoChoice, SceneChange } from './events.js';
import { arranged } from './group.js';
import './group-dialog.js';
import type { GroupDialog } from './group-dialog.js';
import { History } from './history.js';
import { holdButton } from './hold-button.js';
import { alone, dressed, isDressedAs, setInto, turned, withProductsOf, type Scene } from './scene.js';
import {
  apart, changed, colourOf, likeThis, newGroupId, recoloured, recolouredAll, sceneOf, together, withGroup, withoutGroup,
  type Scenes,
} from './scenes.js';
import { Painter } from './painter.js';
import { readSettings, writeSettings } from './settings-file.js';
import './studio-colour.js';
import './studio-export.js';
import type { ShotSaved, StudioExport } from './studio-export.js';
import './studio-looks.js';
import type { LookChoice, StudioLooks } from './studio-looks.js';
import './studio-pick.js';
import './studio-settings.js';
import { PARTS, type Part } from './studio-settings.js';
import './studio-stage.js';
import type { StudioStage } from './studio-stage.js';
import './studio-strip.js';
import { subjectOf, subjectsOf, type Subject } from './subject.js';
import { viewStyles } from './view-styles.js';

const { studio: words } = strings;

const TABS = ['looks', 'backdrop', 'light', 'product', 'colour', 'photos'] as const;
type Tab = (typeof TABS)[number];
/** The parts of a tab that holds settings of the scene. */
const partsOf = (tab: Part): readonly Part[] => (tab === 'product' ? ['product', 'relight'] : [tab]);
/** What the settings are of, where there is room for more than a tab of them. */
const SHEETS = ['scene', 'colour'] as const;

/** Settings from a file name files in their own way. */
export class NamingLoad extends Event {
  readonly template: Template;
  constructor(template: Template) {
    super('naming-load');
    this.template = template;
  }
}

@customElement('studio-view')
export class StudioView extends LitElement {
  @property({ attribute: false }) engine: Engine | undefined;
  @property({ attribute: false }) queue!: PhotoQueue;
  @property({ attribute: false }) naming!: Naming;
  @property({ attribute: false }) log!: ActivityLog;

  @state() private photos: readonly ReadyPhoto[] = [];
  @state() private current: Subject | undefined;
  @state() private looks: readonly StudioLook[] = [];
  /** Of what is visible of each product, where that is known. */
  @state() private outlines: readonly (Outline | undefined)[] = [];
  /** Colours that go with the first product. */
  @state() private harmonies: readonly Harmony[] = [];
  /** The layer whose product is moved. */
  @state() private selected = 0;
  @state() private showsPhoto = false;
  @state() private problem = '';
  @state() private spoken = '';
  @state() private tab: Tab = 'looks';
  @state() private sheet: (typeof SHEETS)[number] = 'scene';
  @state() private isNarrow = false;
  /** What the correction of colour comes to for the product that is selected. */
  @state() private told: ColourTold | undefined;
  /** Whether the person points at something white. */
  @state() private isPicking = false;
  /** Whether the picture is drawn without its correction. */
  @state() private showsBefore = false;
  @state() private isMatching = false;

  @query('dialog') private dialog!: HTMLDialogElement;
  @query('studio-stage') private stage!: StudioStage | null;
  @query('studio-looks') private looksView!: StudioLooks | null;
  @query('studio-export') private exporter!: StudioExport;
  @query('group-dialog') private grouper!: GroupDialog;
  @query('#place-file') private placeInput!: HTMLInputElement;
  @query('#settings-file') private fileInput!: HTMLInputElement;

  /** The photo of a place that scenes may have behind the products: one for all of them. */
  @state() private place: File | undefined;
  /** Undefined until the studio has been opened once; kept for the next time. */
  private history: History<Scenes> | undefined;
  private session: StudioSession | undefined;
  private painter: Painter | undefined;
  private opening: AbortController | undefined;
  private answer: (() => void) | undefined;
  private readonly narrow = matchMedia('(max-width: 52rem)');

  static override styles = [base, controls, fullScreen, segments, viewStyles];

  constructor() {
    super();
    new FollowQueue(
      this,
      () => this.queue,
      ({ of }) => of === 'settled' || of === 'improved',
    );
  }

  /** Opens on the photos that have a cut-out; comes back when the person leaves. */
  async open(): Promise<void> {
    const [first] = readyPhotos(this.queue.photos);
    if (!this.engine || !first || this.current) return;
    this.photos = readyPhotos(this.queue.photos);
    this.current = subjectOf(first);
    this.problem = this.spoken = '';
    this.isNarrow = this.narrow.matches;
    await this.updateComplete;
    this.dispatchEvent(new EditorCovers(true));
    this.dialog.showModal();
    const closed = new Promise<void>((resolve) => (this.answer = resolve));
    try {
      this.looks = await this.engine.looks();
      const look = this.looks[0];
      if (!look) throw new Error(words.noLooks);
      this.history ??= new History<Scenes>({ shared: look.scene as Scene, own: new Map(), groups: [], turns: new Map(), colour: AS_SHOT, ownColours: new Map() });
      this.requestUpdate();
      await this.updateComplete;
      await this.choose(subjectOf(first));
      this.stage?.focus();
    } catch (error) {
      this.fail(error);
    }
    return closed;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.narrow.addEventListener('change', this.resized);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.narrow.removeEventListener('change', this.resized);
    this.leave();
  }

  override willUpdate(): void {
    const { current } = this;
    if (!current) return;
    // More photos are cut out meanwhile, or better.
    this.photos = readyPhotos(this.queue.photos);
    const now = this.subjects.find(({ id }) => id === current.id) ?? this.subjects[0];
    // What is drawn is of these; a group may have others since a step back.
    const cutOuts = ({ photos }: Subject) => photos.map(({ state }) => state.cutOut);
    const isSame = now && cutOuts(now).length === current.photos.length && cutOuts(now).every((cutOut, at) => cutOut === cutOuts(current)[at]);
    if (!now || isSame) return;
    this.current = now;
    if (this.session) void this.choose(now);
  }

  private get subjects(): readonly Subject[] {
    return this.history ? subjectsOf(this.photos, this.history.now) : this.photos.map(subjectOf);
  }

  override render() {
    const { current, history } = this;
    return html`
      <dialog
        class="studio"
        aria-label=${current ? words.title(current.name) : nothing}
        @cancel=${this.cancelled}
        @keydown=${this.keyDown}
        @scene-change=${this.sceneChanged}
        @scene-rest=${this.sceneRested}
        @look-choice=${this.lookChosen}
        @photo-choice=${this.photoChosen}
        @layer-choice=${this.layerChosen}
        @place-ask=${() => this.placeInput.click()}
        @colour-change=${this.colourChanged}
        @colour-ask=${this.colourAsked}
        @neutral-pick=${this.neutralPicked}
        @pick-end=${this.endPick}
      >
        ${current ? html`${this.top(current)} ${history ? this.content(current, history.now) : nothing}` : nothing}
        <p class="spoken" role="status" aria-live="polite">${this.spoken}</p>
      </dialog>
      <studio-export .engine=${this.engine} .naming=${this.naming} .log=${this.log} @shot-saved=${this.shotSaved}></studio-export>
      <group-dialog></group-dialog>
      <input id="place-file" type="file" accept="image/*" hidden @change=${this.placeChosen} />
      <input id="settings-file" type="file" accept=".json,application/json" hidden @change=${this.loadSettings} />
    `;
  }

  private top({ name }: Subject) {
    const { history, isNarrow } = this;
    const button = (label: string, icon: unknown, run: () => void, disabled = false, title = label) => html`<button
      class="button quiet icon"
      title=${title}
      aria-label=${label}
      ?disabled=${disabled}
      @click=${run}
    >
      ${icon}
    </button>`;
    return html`<div class="top">
      <button class="button quiet" aria-label=${words.close} @click=${() => this.leave()}>
        ${isNarrow ? icons.close : words.close}
      </button>
      <h2 title=${name}>${isNarrow ? words.label : words.title(name)}</h2>
      <div class="steps">
        ${button(words.undo, icons.undo, () => this.undo(), !history?.canUndo, words.undoKey)}
        ${button(words.redo, icons.redo, () => this.redo(), !history?.canRedo, words.redoKey)}
      </div>
      ${button(words.load, icons.folder, () => this.fileInput.click(), !history)}
      ${button(words.save, icons.keepFile, () => this.saveSettings(), !history)}
      <button class="button primary" ?disabled=${!history} @click=${() => this.openExport()}>
        ${isNarrow ? nothing : icons.download} ${words.export}
      </button>
    </div>`;
  }

  private content(current: Subject, scenes: Scenes) {
    const scene = sceneOf(scenes, current.id);
    const stage = html`<div class="middle">
      <studio-stage
        .scene=${scene}
        .aspects=${this.aspectsIn(scene)}
        .selected=${this.selected}
        .name=${current.name}
        .photo=${this.showsPhoto ? current.photos[0]?.state.cutOut.before : undefined}
      ></studio-stage>
      ${this.problem ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}
      ${holdButton({
        label: words.before,
        content: html`${icons.photo} <span class="wide">${words.before}</span>`,
        isHeld: this.showsPhoto,
        hidden: current.isGroup,
        class: 'before',
        hold: (isHeld) => (this.showsPhoto = isHeld),
      })}
      ${this.isPicking && this.product
        ? html`<studio-pick .photo=${this.product.state.cutOut.before} .name=${this.product.file.name}></studio-pick>`
        : nothing}
    </div>`;
    const looks = html`<studio-looks ?data-row=${this.isNarrow} .looks=${this.looks} .current=${this.lookOf(scene)}></studio-looks>`;
    const strip = html`<studio-strip .subjects=${this.subjects} .scenes=${scenes} .current=${current.id}></studio-strip>`;
    if (!this.isNarrow) {
      return html`
        <div class="panel looks" role="group" aria-label=${words.looks} tabindex="-1"><h3>${words.looks}</h3>${looks}</div>
        ${stage}
        <div class="panel settings" role="group" aria-label=${words.tabs}>
          <div class="segments" role="group" aria-label=${words.sheet}>
            ${SHEETS.map(
              (sheet) => html`<button class="button quiet" aria-pressed=${sheet === this.sheet} @click=${() => (this.sheet = sheet)}>
                ${words.sheets[sheet]}
              </button>`,
            )}
          </div>
          ${this.scope(current, scenes)}
          ${this.sheet === 'colour'
            ? this.colour(current, scenes)
            : html`<studio-settings .scene=${scene} .place=${this.place?.name ?? ''} .harmonies=${this.harmonies} .selected=${this.selected} .parts=${PARTS}></studio-settings>`}
        </div>
        ${strip}
      `;
    }
    const { tab } = this;
    return html`
      ${stage}
      <div class="panel sheet ${tab}" id="sheet" role="tabpanel" aria-labelledby="tab-${tab}">
        ${tab === 'photos'
          ? html`${this.scope(current, scenes)}${strip}`
          : tab === 'looks'
            ? looks
            : tab === 'colour'
              ? this.colour(current, scenes)
              : html`<studio-settings .scene=${scene} .place=${this.place?.name ?? ''} .harmonies=${this.harmonies} .selected=${this.selected} .parts=${partsOf(tab)}></studio-settings>`}
      </div>
      <div class="tabs" role="tablist" aria-label=${words.tabs} @keydown=${this.tabKeys}>
        ${TABS.map(
          (name) => html`<button
            class="button quiet"
            id="tab-${name}"
            role="tab"
            aria-selected=${name === tab}
            aria-controls="sheet"
            tabindex=${name === tab ? 0 : -1}
            @click=${() => this.showTab(name)}
          >
            ${words.settings.tabs[name]}
          </button>`,
        )}
      </div>
    `;
  }

  private colour({ id, isGroup, photos }: Subject, scenes: Scenes) {
    return html`<studio-colour
      .colour=${colourOf(scenes, id)}
      .told=${this.told}
      .others=${(isGroup ? photos : this.photos).length - 1}
      .isGroup=${isGroup}
      .isPicking=${this.isPicking}
      .showsBefore=${this.showsBefore}
      .isMatching=${this.isMatching}
    ></studio-colour>`;
  }

  private scope({ id, isGroup }: Subject, scenes: Scenes) {
    if (this.photos.length < 2) return nothing;
    const isOwn = scenes.own.has(id);
    const group = html`<button class="button" @click=${() => this.group()}>
      ${icons.group} ${isGroup ? words.group.change : words.group.open}
    </button>`;
    if (isGroup) return html`<div class="scope">${group}</div>`;
    return html`<div class="scope">
      <div class="segments" role="group" aria-label=${words.scope}>
        <button class="button quiet" aria-pressed=${!isOwn} @click=${() => this.goTogether(id)}>${words.scopes.all}</button>
        <button class="button quiet" aria-pressed=${isOwn} @click=${() => this.goApart(id)}>${words.scopes.one}</button>
      </div>
      ${isOwn ? html`<button class="button" @click=${() => this.useForAll(id)}>${words.likeThis}</button>` : nothing}
      ${group}
    </div>`;
  }

  // Opening and closing

  /** Puts a photo or a group on the stage. */
  private async choose(subject: Subject): Promise<void> {
    const { engine } = this;
    if (!engine) return;
    this.release();
    this.current = subject;
    this.outlines = [];
    this.harmonies = [];
    this.selected = 0;
    this.problem = '';
    this.told = undefined;
    this.isPicking = this.showsBefore = false;
    this.stage?.clear();
    const opening = new AbortController();
    this.opening = opening;
    const { signal } = opening;
    this.look(subject.photos).then(
      (outlines) => {
        if (!signal.aborted) this.outlines = outlines;
      },
      // Without them there is no frame around a product, and it moves all the same.
      () => undefined,
    );
    try {
      const cutOuts = subject.photos.map(({ state }) => state.cutOut.png);
      const session = await engine.studio({ cutOuts, photos: subject.photos.map(({ file }) => file), place: this.place }, signal);
      if (signal.aborted) return session.close();
      this.session = session;
      const painter = new Painter(session, {
        show: (picture) => (this.stage ? this.stage.show(picture) : picture.close()),
        showThumbnail: (id, picture) => (this.looksView ? this.looksView.show(id, picture) : picture.close()),
        fail: (why) => this.fail(why),
      });
      this.painter = painter;
      await this.updateComplete;
      this.paint(false);
      this.paintLooks();
      void this.tellColour();
      const harmonies = await session.harmonies(0);
      if (session === this.session) this.harmonies = harmonies;
    } catch (error) {
      if (!signal.aborted) this.fail(error);
    }
  }

  /** What is visible of some cut-outs. */
  private look(photos: readonly ReadyPhoto[]): Promise<(Outline | undefined)[]> {
    return Promise.all(photos.map(({ state: { cutOut } }) => outlineOf(cutOut.png, cutOut)));
  }

  /** Width by height of what is visible of each product, turned as it is. */
  private aspectsIn({ layers }: Scene): (number | undefined)[] {
    const turn = (picture: number) => layers.find((layer) => layer.picture === picture)?.rotation ?? 0;
    return this.outlines.map((outline, picture) => outline && aspectOf(outline, turn(picture)));
  }

  private release(): void {
    this.opening?.abort();
    this.painter?.close();
    this.session?.close();
    this.opening = this.painter = this.session = undefined;
  }

  private leave(): void {
    this.release();
    if (this.dialog?.open) {
      // First, for the focus goes back to what was pressed to get here.
      this.dispatchEvent(new EditorCovers(false));
      this.dialog.close();
    }
    this.current = undefined;
    this.showsPhoto = this.showsBefore = this.isPicking = false;
    this.answer?.();
    this.answer = undefined;
  }

  /** Gives up the scenes and their history, and what they hold of photos. */
  forget(): void {
    this.leave();
    this.history = undefined;
    this.photos = [];
    this.place = this.told = undefined;
    this.outlines = this.harmonies = [];
  }

  private readonly cancelled = (event: Event) => {
    if (event.target !== this.dialog) return;
    event.preventDefault();
    if (this.isPicking) this.endPick();
    else this.leave();
  };

  private fail(error: unknown): void {
    this.problem = sentence(error instanceof Error ? error.message : String(error));
  }

  // Scenes

  private get scene(): Scene | undefined {
    return this.history && this.current && sceneOf(this.history.now, this.current.id);
  }

  private go(next: Scenes, kind?: string, isMoving = false): void {
    this.history?.go(next, kind);
    this.problem = '';
    this.requestUpdate();
    this.paint(isMoving);
  }

  private paint(isMoving: boolean): void {
    const { scene, stage } = this;
    if (scene && stage) this.painter?.want(scene, stage.longest, isMoving, this.showsBefore ? undefined : this.colourText);
  }

  private paintLooks(): void {
    this.painter?.wantThumbnails(new Map(this.looks.map(({ id, scene }) => [id, scene as Scene])));
  }

  // Colour

  private get colourText(): string | undefined {
    const { history, current } = this;
    return history && current && colourText(colourOf(history.now, current.id));
  }

  /** The number of the cut-out that is selected. */
  private get picture(): number {
    return this.scene?.layers[this.selected]?.picture ?? 0;
  }

  /** The photo of the product that is selected. */
  private get product(): ReadyPhoto | undefined {
    return this.current?.photos[this.picture];
  }

  /** Asks what the correction comes to, once it is at rest. */
  private async tellColour(): Promise<void> {
    const { session, colourText: colour, picture } = this;
    if (colour === undefined) this.told = undefined;
    if (!session || colour === undefined) return;
    try {
      const told = await session.colour(picture, colour);
      if (session === this.session && colour === this.colourText && picture === this.picture) this.told = told;
    } catch (error) {
      if (session === this.session) this.fail(error);
    }
  }

  private recolour(colour: Colour, kind?: string, isMoving = false): void {
    const { history, current } = this;
    if (!history || !current) return;
    this.go(recoloured(history.now, current.id, colour), kind, isMoving);
    if (!isMoving) void this.tellColour();
  }

  private readonly colourChanged = ({ colour, kind, isMoving }: ColourChange) => this.recolour(colour, kind, isMoving);

  private readonly colourAsked = ({ what }: ColourAsk) => {
    switch (what) {
      case 'pick':
        this.isPicking = !this.isPicking;
        break;
      case 'match':
        void this.match();
        break;
      default:
        if (this.showsBefore === (what === 'before')) return;
        this.showsBefore = what === 'before';
        this.paint(false);
    }
  };

  private readonly neutralPicked = async ({ x, y }: NeutralPick) => {
    const { session, history, current, picture } = this;
    if (!session || !history || !current) return;
    try {
      const neutral = await session.pickNeutral(picture, x, y);
      if (current !== this.current) return;
      this.endPick();
      this.recolour(withNeutral(colourOf(history.now, current.id), neutral));
      this.say(words.colour.said.picked);
    } catch (error) {
      // Another place may do.
      if (session === this.session) this.fail(error);
    }
  };

  private readonly endPick = () => {
    this.isPicking = false;
    this.problem = '';
    void this.updateComplete.then(() => this.stage?.focus());
  };

  /** Brings all photos to the light of the one that is seen. */
  private async match(kind?: string): Promise<void> {
    const { session, history, current, picture } = this;
    if (!session || !history || !current) return;
    this.isMatching = true;
    try {
      const colour = colourOf(history.now, current.id);
      const reference = await session.reference(picture, JSON.stringify(colour));
      if (current !== this.current) return;
      const matched = withLight(colour, { by: 'match', reference });
      this.go(current.isGroup ? recoloured(history.now, current.id, matched) : recolouredAll(history.now, matched), kind);
      void this.tellColour();
      this.say(current.isGroup ? words.colour.said.matchedGroup : words.colour.said.matched(this.photos.length));
    } catch (error) {
      if (session === this.session) this.fail(error);
    } finally {
      this.isMatching = false;
    }
  }

  private readonly layerChosen = ({ layer }: LayerChoice) => {
    this.selected = layer;
    void this.tellColour();
  };

  private readonly sceneChanged = ({ scene, kind, isMoving }: SceneChange) => {
    const { history, current } = this;
    if (history && current) this.go(changed(history.now, current.id, scene), kind, isMoving);
  };

  private readonly sceneRested = () => {
    this.history?.rest();
    this.paint(false);
    void this.tellColour();
  };

  private readonly lookChosen = ({ look }: LookChoice) => {
    const { history, current, scene } = this;
    if (!history || !current || !scene) return;
    const dressedAs = dressed(scene, look.scene as Scene, this.looks.map((other) => other.scene as Scene));
    this.go(changed(history.now, current.id, dressedAs));
    this.say(words.said.look(look.name));
  };

  private lookOf(scene: Scene): string | undefined {
    return this.looks.find((look) => isDressedAs(scene, look.scene as Scene))?.id;
  }

  private goApart(id: number): void {
    if (!this.history || this.history.now.own.has(id)) return;
    this.go(apart(this.history.now, id));
    this.say(words.said.apart);
  }

  private goTogether(id: number): void {
    if (!this.history?.now.own.has(id)) return;
    this.go(together(this.history.now, id));
    void this.tellColour();
    this.say(words.said.together);
  }

  private useForAll(id: number): void {
    if (!this.history) return;
    this.go(likeThis(this.history.now, id));
    this.say(words.said.likeThis(this.photos.length));
  }

  /** Puts products together, or those of the group that is on the stage in another way. */
  private async group(): Promise<void> {
    const { history, current, photos } = this;
    if (!history || !current) return;
    const before = history.now.groups.find(({ id }) => id === current.id);
    const members = before && new Map(before.photos.map((id, at) => [id, before.heights[at] ?? 0]));
    const answer = await this.grouper.open(photos, members);
    if (!answer || this.current !== current) return;
    if (answer.is === 'apart') {
      this.go(withoutGroup(history.now, current.id));
      return this.say(words.group.apart);
    }
    const chosen = photos.filter(({ id }) => answer.members.has(id));
    const heights = chosen.map(({ id }) => answer.members.get(id) ?? 0);
    try {
      const outlines = await this.look(chosen);
      const id = before?.id ?? newGroupId(history.now);
      const members = chosen.map(({ id }, at) => {
        const [outline, rotation] = [outlines[at], history.now.turns.get(id) ?? 0];
        return { height: heights[at] ?? 0, aspect: outline ? aspectOf(outline, rotation) : 1, rotation };
      });
      const scene = arranged(sceneOf(history.now, current.id), members);
      const scenes = withGroup(history.now, { id, photos: chosen.map((photo) => photo.id), heights }, scene);
      // With its light it is one step.
      history.go(scenes, 'group');
      const subject = this.subjects.find((subject) => subject.id === id);
      if (subject) await this.choose(subject);
      if (subject && answer.isLevelled) await this.match('group');
      history.rest();
      this.say(words.group.said(chosen.length));
    } catch (error) {
      this.fail(error);
    }
  }

  private undo(): void {
    if (!this.history?.undo()) return;
    this.say(words.said.undone);
    this.requestUpdate();
    this.paint(false);
    void this.tellColour();
  }

  private redo(): void {
    if (!this.history?.redo()) return;
    this.say(words.said.redone);
    this.requestUpdate();
    this.paint(false);
    void this.tellColour();
  }

  private readonly keyDown = (event: KeyboardEvent) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const key = event.key.toLowerCase();
    if (key === 'z' && !event.shiftKey) this.undo();
    else if (key === 'z' || key === 'y') this.redo();
    else return;
    event.preventDefault();
  };

  // Photos, settings, export

  private readonly photoChosen = ({ id }: PhotoChoice) => {
    const subject = this.subjects.find((other) => other.id === id);
    if (!subject || id === this.current?.id) return;
    this.history?.rest();
    this.say(words.said.photo(subject.name));
    void this.choose(subject);
  };

  private readonly shotSaved = ({ subject }: ShotSaved) => {
    for (const { id, state } of subject.photos) this.queue.markSaved(id, state.cutOut);
  };

  private openExport(): void {
    const { current, history, queue } = this;
    if (!current || !history) return;
    void this.exporter.open({ subjects: this.subjects, all: queue.photos, current, scenes: history.now, place: this.place });
  }

  private readonly placeChosen = async (event: Event) => {
    const input = event.target as HTMLInputElement;
    const [file] = input.files ?? [];
    input.value = '';
    const { session, scene } = this;
    if (!file || !session || !scene) return;
    try {
      await session.setPlace(file);
      this.place = file;
      this.log.note({ did: 'opened', inputs: [file], name: file.name });
      const { history, current } = this;
      if (session !== this.session || !history || !current) return;
      const isBehind = scene.backdrop.kind === 'photo';
      if (isBehind) this.paint(false);
      else this.go(changed(history.now, current.id, setInto(scene)));
      this.say(words.said.place(file.name));
    } catch (error) {
      if (session === this.session) this.fail(error);
    }
  };

  private saveSettings(): void {
    const { scene, naming, history, current } = this;
    if (!scene || !history || !current) return;
    const colour = colourOf(history.now, current.id);
    saveFile(writeSettings({ scene: current.isGroup ? scene : turned(scene, 0), colour, template: naming.template }), words.file);
    this.say(words.said.saved(words.file));
  }

  private readonly loadSettings = async (event: Event) => {
    const input = event.target as HTMLInputElement;
    const [file] = input.files ?? [];
    // The same file may be chosen again.
    input.value = '';
    const { engine, history, current } = this;
    if (!file || !engine || !history || !current) return;
    try {
      const { scene, colour, template } = await readSettings(file, {
        scene: (text) => engine.checkScene(text),
        colour: (text) => engine.checkColour(text),
      });
      const fitting = current.isGroup ? withProductsOf(scene, sceneOf(history.now, current.id)) : alone(scene);
      this.go(recoloured(changed(history.now, current.id, fitting), current.id, colour));
      void this.tellColour();
      if (template) this.dispatchEvent(new NamingLoad(template));
      this.say(words.said.loaded(file.name));
    } catch (error) {
      this.fail(words.settingsFile.failed(file.name, error instanceof Error ? error.message : String(error)));
    }
  };

  // The phone's tabs

  private readonly resized = () => {
    this.isNarrow = this.narrow.matches;
    void this.updateComplete.then(() => this.paintLooks());
  };

  private showTab(tab: Tab): void {
    this.tab = tab;
    if (tab === 'looks') void this.updateComplete.then(() => this.paintLooks());
  }

  private readonly tabKeys = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = TABS[(TABS.indexOf(this.tab) + step + TABS.length) % TABS.length] as Tab;
    this.showTab(next);
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(`#tab-${next}`)?.focus());
  };

  /** The same words twice are a change only with something between. */
  private say(text: string): void {
    this.spoken = text === this.spoken ? `${text}\u00a0` : text;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'studio-view': StudioView;
  }
}
