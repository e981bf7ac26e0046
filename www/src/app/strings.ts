/**
 * Every word that the page shows or says, in one place, ready to be translated.
 *
 * Sentences are whole: nothing is glued together from fragments elsewhere. What the engine says about a photo
 * (its notes and errors) comes from the engine.
 */

import type { Outcome } from 'vitrine/airlock/battery/battery';
import type { Gone } from 'vitrine/airlock/messages';
import type { OutputFormat, Stage } from 'vitrine/engine/types';
import type { Way } from './saving/sink.js';

const LOCALE = 'en';

const number = new Intl.NumberFormat(LOCALE);
const oneDecimal = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 1 });
const signed = new Intl.NumberFormat(LOCALE, { signDisplay: 'exceptZero' });
const signedDecimal = new Intl.NumberFormat(LOCALE, { signDisplay: 'exceptZero', maximumFractionDigits: 2 });

const photos = (count: number) => (count === 1 ? '1 photo' : `${number.format(count)} photos`);
const files = (count: number) => (count === 1 ? '1 file' : `${number.format(count)} files`);
const pictures = (count: number) => (count === 1 ? '1 picture' : `${number.format(count)} pictures`);
const cutOuts = (count: number) => (count === 1 ? '1 cut-out' : `${number.format(count)} cut-outs`);

/** File sizes as shops and file managers show them: powers of ten. */
function bytes(count: number): string {
  if (count < 1_000) return `${count} B`;
  if (count < 999_500) return `${Math.round(count / 1_000)} KB`;
  return `${oneDecimal.format(count / 1_000_000)} MB`;
}

/** A length of time somebody waits for. */
function duration(seconds: number): string {
  if (seconds < 55) return `${Math.ceil(seconds / 5) * 5} seconds`;
  const minutes = Math.round(seconds / 60);
  return minutes <= 1 ? '1 minute' : `${minutes} minutes`;
}

/** A change of exposure. */
const lighter = (stops: number) => `${oneDecimal.format(Math.abs(stops))} ${Math.abs(stops) === 1 ? 'stop' : 'stops'} ${stops > 0 ? 'lighter' : 'darker'}`;

/** What browsers say when something is used that is not there. */
const isAbsent = /is not a (?:function|constructor)|undefined|of null|is null/;

const stages: Record<Stage, string> = {
  fetch: 'Fetching the model',
  queue: 'Waiting for its turn',
  decode: 'Reading the photo',
  network: 'Finding the subject',
  refine: 'Cleaning the edges',
  encode: 'Finishing',
};

export const strings = {
  name: 'Vitrine',
  bytes,
  duration,
  percent: (fraction: number) => `${Math.round(fraction * 100)}%`,

  intro: {
    title: 'Clean product cut-outs.',
    promise: 'Your photos never leave this device.',
    text: 'Drop your snapshots and get the product on a clear background, ready to list. Everything happens right here, in your browser.',
    proof: 'Don’t take our word for it: go offline now and drop a photo. It still works.',
    proofWhileLoading: 'Don’t take our word for it: once this page is ready, go offline and drop a photo. It still works.',
  },

  drop: {
    label: 'Add photos',
    title: 'Drop photos or a folder',
    titleTouch: 'Your product photos',
    choose: 'Choose photos',
    folder: 'Choose a folder',
    paste: 'or paste with',
    pasteKeys: { apple: ['⌘', 'V'], other: ['Ctrl', 'V'] },
    formats: 'JPEG, PNG, WebP, AVIF, TIFF and more, up to 100 megapixels each. A ZIP of them as well.',
    overlay: 'Drop them anywhere',
    overlayText: 'They stay on this device.',
  },

  demo: {
    label: 'Example: a flight helmet on a beach, before and after',
    alt: 'A flight helmet on a wooden stand, cut out',
    try: 'Try it with this photo',
    file: 'Example helmet.jpg',
  },

  device: {
    loading: (label: string) => `Getting ready: ${label}`,
    starting: 'Getting ready…',
    bytes: (received: number, total: number) => `${oneDecimal.format(received / 1_000_000)} of ${bytes(total)}`,
    gpu: 'Runs on this device’s graphics card',
    cpu: 'Runs on this device’s processor',
    failed: 'Vitrine could not start',
    progress: 'Getting ready',
  },

  theme: {
    toDark: 'Use dark colours',
    toLight: 'Use light colours',
  },

  trust: {
    open: 'Check it yourself',
    title: 'Check it yourself',
    close: 'Close',
    lead: 'Your photos lie in a frame that has no network. Nobody has to take that on trust: look at what runs here, count what it asks for, and try to break out.',

    files: {
      title: 'What runs here',
      text: 'Every file that this page has loaded, with the SHA-256 of the bytes that came. Each was compared with the digest in this page’s own script before it ran; here it is compared with what the server publishes now. Compare it with your own build of the source to need neither.',
      ask: 'Compare with what is published',
      again: 'Compare again',
      failed: 'What is published could not be fetched: check the connection and try again.',
      equal: 'The same as published.',
      differs: (published: string | undefined) => (published ? `Published is ${published}.` : 'It is in no published list.'),
      result: (equal: number, total: number) =>
        equal === total ? `All ${files(total)} are the published ones.` : `${number.format(total - equal)} of ${files(total)} differ from what is published.`,
    },

    requests: {
      title: 'What it asked for',
      noPhoto: 'There is no photo here yet.',
      count: (count: number) => (count === 0 ? 'Nothing was asked for since the first photo came in.' : `${count === 1 ? '1 request' : `${number.format(count)} requests`} since the first photo came in:`),
      text: 'By the browser’s own record, of the page around and of the frame that your photos lie in. Anything else than a file of this page would be wrong; your own checks below ask for its frame, its lists and “leak/control”.',
      before: (count: number) => `Before that: ${files(count)}`,
    },

    battery: {
      title: 'Try to break it',
      text: (count: number) => `${number.format(count)} ways to tell somebody something, tried one by one in frames like the one that your photos lie in, beside it and without a photo. Your photos stay where they are.`,
      address: 'Aim at an address of yours',
      addressText: 'Left empty, they aim at this page’s own server. Better: let a server of your own listen, and see for yourself that it hears nothing.',
      badAddress: 'An address looks like http://127.0.0.1:8000: type one that begins with http:// or https://, or leave it empty.',
      start: 'Attack',
      again: 'Attack again',
      progress: 'Ways tried',
      running: (done: number, total: number) => `${number.format(done)} of ${number.format(total)} tried`,
      tried: (done: number, total: number) => `${number.format(done)} of ${number.format(total)} shut`,
      result: (through: number, total: number) =>
        through === 0 ? `None of ${number.format(total)} ways led out.` : `${number.format(through)} of ${number.format(total)} ways may lead out: please report it.`,
      control: 'Control: the page around asks its own server',
      controlSeen: 'Seen, as it should be: what gets out is noticed here.',
      controlUnseen: 'Not seen: this browser hides requests from the page, so trust your own listener only.',
      outcome: (outcome: Outcome | Gone) =>
        outcome.is === 'stopped'
          ? `Stopped by the policy: ${outcome.directive}`
          : outcome.is === 'refused'
            ? isAbsent.test(outcome.why) ? 'It is not there.' : `Refused: ${outcome.why}`
            : outcome.is === 'silent'
              ? 'Nothing happened.'
              : outcome.is === 'gone'
                ? 'The browser took the frame’s document away instead.'
                : 'It came through.',
    },

    activity: {
      title: 'What was done here',
      text: 'Every operation is written down: when, with which networks and settings, and the SHA-256 of the files that went in and came out. Each line holds the hash of the line before, so that a saved log shows what was changed in it or left out. It holds no picture, lies in memory only, and goes when you close the page.',
      on: 'Keep this log',
      names: 'With the names of files',
      entries: (count: number) => `${number.format(count)} ${count === 1 ? 'entry' : 'entries'}`,
      head: 'The last one is',
      did: {
        started: 'Page opened',
        opened: 'Opened',
        'cut out': 'Cut out',
        corrected: 'Corrected',
        'studio export': 'Studio picture saved',
        'model studio export': 'Model picture saved',
        saved: 'Saved',
        cleared: 'Everything deleted',
        paused: 'Log switched off',
        resumed: 'Log switched on',
      },
      save: 'Save the log',
      file: 'vitrine-activity.jsonl',
      verify: 'To check a saved log, run',
      clear: 'Delete everything here',
      clearText: 'Photos, cut-outs, scenes and all that was computed of them. The log stays until you close the page; it has no pixel to delete.',
    },

    steps: {
      title: 'Without trusting this page',
      text: 'What a page says of itself proves little. These three show it from outside.',
      network: {
        name: 'Watch the network.',
        text: 'Open the browser’s developer tools (F12) and their Network panel, then drop a photo and save the cut-out: nothing is listed but this page’s own files, which are kept for visits offline when it is ready, and the best quality’s model, once, where you want it.',
      },
      airplane: {
        name: 'Cut it off.',
        text: 'When this page is ready, switch on airplane mode or pull the plug, then drop a photo. It works as before, for there is nobody it needs.',
      },
      tests: {
        name: 'Run the tests.',
        text: 'They attack the frame in every way that a browser has, beside servers that must hear nothing. Take the source and run',
      },
    },
  },

  offline: {
    title: 'Without a network',
    state: {
      preparing: 'Works offline: not yet',
      kept: 'Works offline: yes',
      'not possible': 'Works offline: no',
      refused: 'Works offline: no',
      incomplete: 'Works offline: no',
      'behind an older tab': 'Works offline: not yet',
      removed: 'Works offline: no longer',
    },
    why: {
      preparing: 'The page is being put on this device; that takes a moment after it is ready.',
      kept: 'The page itself is on this device, each file compared with the digest that it was built with. Photos are not among what is kept, and never will be.',
      'not possible': 'This browser keeps no pages that came without https, or none at all. Everything else works, as long as this page stays open.',
      refused: 'The browser lets this page keep nothing: in a private window, or where its storage is blocked. Everything else works, as long as this page stays open.',
      incomplete: 'A file did not arrive, was not the one that this page was built with, or found no room. Reload the page to try again; everything else works.',
      'behind an older tab': 'Another tab still runs an older version, and its files are the ones that are kept. Close it and come back here.',
      removed: 'What was kept has been removed. The page goes on as long as it is open, and is kept again at the next visit.',
    },
    page: 'This page, with the fast quality',
    studio: '“On a model”',
    best: 'The best quality',
    part: { kept: 'kept', 'not kept': 'not kept', coming: 'on its way…', failed: 'did not arrive' },
    keep: (size: number) => `Keep everything for offline use: ${bytes(size)} more`,
    remove: 'Remove everything that is kept',
    newVersion: 'New version',
    update: 'A new version is ready: it starts when you reload.',
    reload: 'Reload',
    later: 'Not now',
    lose: {
      title: 'Reload with photos open?',
      text: (count: number) => `${photos(count)} and everything made of them will be gone: nothing of them is stored.`,
      confirm: 'Reload',
      keep: 'Stay here',
    },
  },

  batch: {
    heading: 'Your photos',
    region: 'Progress',
    progress: 'Photos done',
    working: (done: number, total: number) => `${number.format(done)} of ${number.format(total)} done`,
    finished: (done: number) => `${cutOuts(done)} ready`,
    nothingReady: (total: number) => photos(total),
    left: (seconds: number) => (seconds < 5 ? 'a few seconds left' : `about ${duration(seconds)} left`),
    preparing: 'starting…',
    failed: (count: number) => `${number.format(count)} not cut out`,
    cancelAll: 'Cancel all',
    pause: 'Pause',
    pauseOf: (waiting: number) => `Pause before the next of ${photos(waiting)} waiting`,
    resume: 'Resume',
    resumeOf: (waiting: number) => `Resume with ${photos(waiting)} waiting`,
    paused: (waiting: number) => `paused, ${number.format(waiting)} waiting`,
    rate: (aMinute: number) => `${(aMinute < 9.5 ? oneDecimal : number).format(aMinute < 9.5 ? aMinute : Math.round(aMinute))} a minute`,
    retryFailed: 'Try them again',
    retryFailedOf: (count: number) => `Try them again: ${photos(count)} that did not work`,
    naming: 'Names',
    namingOf: 'Names and way of saving',
    studio: 'Studio',
    studioOf: 'Studio: backdrop, light, shadow and marketplaces',
    model: 'On a model',
    modelOf: 'On a model: your products on photos of people',
    add: 'Add photos',
    addShort: 'Add',
    clear: 'Clear all',
    settings: 'Background and format',
  },

  background: {
    legend: 'Background for all photos',
    legendOne: 'Background for this photo',
    short: 'Background',
    likeAll: 'Same as all',
    transparent: 'Transparent',
    custom: 'Own colour',
    hex: 'Colour as #rrggbb',
    names: {
      '#ffffff': 'White',
      '#f2f2f0': 'Light grey',
      '#000000': 'Black',
      '#f3e9dc': 'Sand',
      '#dfe8e4': 'Sage',
      '#f4dfdc': 'Blush',
    } as Readonly<Record<string, string>>,
    jpegNeedsColour: 'JPEG has no transparency: white is used.',
  },

  quality: {
    legend: 'Quality',
    opener: (name: string) => `Quality: ${name}`,
    names: { automatic: 'Automatic', fast: 'Fast', best: 'Best' },
    about: {
      automatic: 'A fast cut-out at once, replaced by the best one as soon as it is ready.',
      fast: 'Ready in a moment. Good for products with clear edges.',
      best: 'Hair, fur, straps and fine edges. Takes longer for each photo.',
    },
    download: (size: number) => `${bytes(size)}, once`,
    noDownload: 'no download',
    progress: 'Download of the best quality',
    coming: (received: number, total: number) => `On its way: ${oneDecimal.format(received / 1e6)} of ${bytes(total)}`,
    opening: 'Opening the best quality from this device…',
    stopped: (received: number, total: number) =>
      `Stopped at ${oneDecimal.format(received / 1e6)} of ${bytes(total)}. What has come is kept.`,
    offered: (total: number) => `The best quality is a download of ${bytes(total)}, kept on this device.`,
    here: 'The best quality is on this device and works offline.',
    hereNotKept: 'The best quality is here until this page is closed: the browser did not let it be stored.',
    stop: 'Stop',
    resume: 'Go on',
    again: 'Try again',
    get: 'Download',
    /** In the toolbar, in few words. */
    short: {
      coming: (received: number, total: number) => `Best quality: ${oneDecimal.format(received / 1e6)}\u00a0of\u00a0${bytes(total).replace(' ', '\u00a0')}`,
      opening: 'Opening the best quality…',
      stop: 'Stop',
      stopOf: 'Stop fetching the best quality',
      asks: (total: number) => `Best quality needs ${bytes(total).replace(' ', '\u00a0')}`,
      get: 'Get it',
      getOf: (total: number) => `Download the best quality, ${bytes(total)}`,
      failed: 'Best quality did not arrive',
      again: 'Try again',
      againOf: 'Fetch the best quality again',
      improving: (left: number) => `Improving ${photos(left)}`,
      waiting: 'Waiting for the best quality',
    },
    notKept: 'The best quality works, but the browser did not let it be stored: next time it is fetched again.',
  },

  order: {
    unsure: (count: number) => (count === 1 ? '1 cut-out is worth a look.' : `${number.format(count)} cut-outs are worth a look.`),
    unsureFirst: 'Unsure first',
  },

  format: {
    label: 'Format',
    names: { 'image/png': 'PNG', 'image/webp': 'WebP', 'image/jpeg': 'JPEG' } satisfies Record<OutputFormat, string>,
  },

  save: {
    one: 'Download',
    oneOf: (name: string) => `Download ${name}`,
    all: 'Download all',
    allOf: (count: number, way: Way) =>
      count === 1
        ? 'Download 1 cut-out'
        : { zip: `Download all ${cutOuts(count)} as a ZIP`, files: `Download all ${cutOuts(count)} one by one`, folder: `Save all ${cutOuts(count)} into a folder` }[way],
    preparing: 'Preparing…',
    packing: (done: number, total: number) => `Saving ${number.format(done)} of ${number.format(total)}`,
    stop: (done: number, total: number) => `Saving ${number.format(done)} of ${number.format(total)}, press to stop`,
    archive: 'vitrine cut-outs.zip',
    archivePart: (part: number) => `vitrine cut-outs ${part}.zip`,
    saved: (name: string) => `Saved ${name}.`,
    savedAll: (count: number, name: string) => (name === '' ? `Saved ${cutOuts(count)}.` : `Saved ${cutOuts(count)} in ${name}.`),
    failed: (name: string, why: string) => `${name} could not be saved. ${why}`,
    copy: 'Copy',
    copyOf: (name: string) => `Copy ${name} to the clipboard`,
    copied: 'Copied to the clipboard.',
    copyFailed: 'This browser did not allow copying: use Download instead.',
  },

  card: {
    waiting: 'Waiting',
    waitingForEngine: 'Waiting until Vitrine is ready',
    stages,
    progress: (name: string) => `Progress of ${name}`,
    size: (width: number, height: number) => `${width} × ${height}`,
    open: 'Enlarge',
    openOf: (name: string) => `Enlarge ${name}`,
    remove: 'Remove',
    removeOf: (name: string) => `Remove ${name}`,
    cancel: 'Cancel',
    cancelOf: (name: string) => `Cancel ${name}`,
    retry: 'Try again',
    retryOf: (name: string) => `Try again with ${name}`,
    backgroundOf: (name: string) => `Background of ${name}`,
    cancelled: 'Cancelled',
    cancelledText: 'This photo was not cut out.',
    failed: 'This one did not work',
    noSubject: 'No subject found',
    noSubjectText: 'Try a photo in which the product stands apart from what is behind it, or mark it by hand.',
    cutOutAlt: (name: string) => `Cut-out of ${name}`,
    photoAlt: (name: string) => `Photo ${name}`,
    noPreview: 'No preview of this photo yet',
    quality: { fast: 'Fast', best: 'Best' },
    bestToFollow: 'Fast, best to follow',
    improving: (fraction: number) => `Improving ${Math.round(fraction * 100)}%`,
    improvingOf: (name: string) => `Improving ${name}`,
    waitingForBest: 'Waiting for the best quality',
    unsure: 'Worth a look',
    bestFailed: (why: string) => `The best quality did not work for this photo, so the fast one stays. ${why}`,
  },

  compare: {
    label: (name: string) => `Compare ${name} before and after`,
    before: 'Before',
    after: 'After',
    onlyAfter: 'Cut-out only',
    onlyBefore: 'Photo only',
    value: (percent: number) => `${percent}% photo, ${100 - percent}% cut-out`,
  },

  dialog: {
    label: (name: string) => `${name}, enlarged`,
    close: 'Close',
    previous: 'Previous photo',
    next: 'Next photo',
    position: (index: number, total: number) => `${number.format(index)} of ${number.format(total)}`,
    zoom: 'Zoom',
    fit: 'Fit',
    full: '100%',
    double: '200%',
    pan: 'Picture, scroll to move',
    details: 'Details',
    size: 'Size',
    photo: 'Photo',
    time: 'Time',
    seconds: (seconds: number) => `${oneDecimal.format(seconds)} s`,
    device: 'Worked on by',
    devices: { gpu: 'Graphics card', cpu: 'Processor' },
    model: 'Model',
    quality: 'Quality',
  },

  editor: {
    label: (name: string) => `Correct ${name} by hand`,
    promise: 'Paint roughly: the edge follows the photo.',
    opening: 'Opening the photo at full size…',
    canvas: 'Picture to correct',
    keys:
      'Arrow keys move the brush, with Shift further. Enter paints; hold it while moving to draw. K keeps, E erases, ' +
      'B is the brush, R the region, H heals specks. Brackets change the size, plus and minus zoom, 0 fits, M shows the mask over the photo. ' +
      'U shows the unsure places, N goes to the next of them, Shift N to the one before.',
    cancel: 'Cancel',
    done: 'Done',
    finishing: 'Finishing…',
    ground: 'Shown on',
    grounds: {
      checker: 'Checkerboard',
      white: 'White',
      black: 'Black',
      colour: 'Colour',
      mask: 'Mask over the photo',
    },
    zoom: 'Zoom',
    zoomIn: 'Zoom in',
    zoomOut: 'Zoom out',
    fitOf: (zoom: string) => `${zoom}, fit the whole picture`,
    fullOf: (zoom: string) => `${zoom}, show at 100%`,
    tools: 'Tools',
    intent: 'What painting does',
    keep: 'Keep',
    erase: 'Erase',
    tool: 'Tool',
    brush: 'Brush',
    region: 'Region',
    heal: 'Heal',
    size: 'Size',
    softness: 'Softness',
    tolerance: 'Colour range',
    undo: 'Undo',
    redo: 'Redo',
    undoKey: 'Undo (Ctrl Z)',
    redoKey: 'Redo (Shift Ctrl Z)',
    withKey: (label: string, key: string) => `${label} (${key})`,
    hints: {
      brush: 'Paint over what is wrong. The soft rim finds the edge.',
      region: 'Click a patch of one colour: it goes as far as its edge.',
      heal: 'Paint over a speck or a scratch: it is filled from around it. The report will say so.',
    },
    said: {
      keep: 'Kept.',
      erase: 'Erased.',
      heal: 'Healed.',
      nothing: 'Nothing to change there.',
      undone: 'Undone.',
      redone: 'Done again.',
    },
    discard: {
      title: 'Discard your corrections?',
      text: 'The cut-out goes back to what it was before.',
      confirm: 'Discard',
      keep: 'Go on correcting',
    },
    /** On the card and in the details. */
    open: 'Correct by hand',
    openOf: (name: string) => `Correct by hand: ${name}`,
    corrected: 'Corrected by hand',
    saved: (name: string) => `${name} corrected.`,
  },

  unsure: {
    show: 'Show unsure places',
    next: 'Next unsure place',
    legend: 'Unsure places',
    key: 'U',
    nextKey: 'N',
    /** In few words, beside the icon. */
    count: (count: number, more: boolean) => `${number.format(count)}${more ? '+' : ''}`,
    of: (index: number, count: number, more: boolean) => `${number.format(index)}/${number.format(count)}${more ? '+' : ''}`,
    some: (count: number, more: boolean) =>
      more
        ? `More than ${number.format(count)} places where the cut-out is unsure.`
        : count === 1
          ? 'One place where the cut-out is unsure.'
          : `${number.format(count)} places where the cut-out is unsure.`,
    none: 'No unsure places',
    at: (index: number, count: number) => `Unsure place ${number.format(index)} of ${number.format(count)}.`,
    shown: (count: number, more: boolean) => `${number.format(count)}${more ? ' and more' : ''} unsure places are shown.`,
    hidden: 'Unsure places are hidden.',
  },

  naming: {
    heading: 'Names and saving',
    template: 'File names',
    fields: 'Put into the name',
    about: {
      stem: 'Name of the photo',
      sku: 'Article number, from your table',
      variant: 'Variant, from your table',
      angle: 'Angle, from your table',
      seq: 'Number in this batch',
      platform: 'Marketplace that it is made for',
    },
    fieldNames: { stem: 'photo name', sku: 'sku', variant: 'variant', angle: 'angle', seq: 'number', platform: 'platform' },
    errors: {
      empty: 'Give a name, such as {stem} for the photo’s own.',
      tooLong: (length: number, limit: number) => `This has ${number.format(length)} characters; ${number.format(limit)} are the most.`,
      strayBrace: 'There is a } without a {. Write }} for a brace in the name.',
      openBrace: (rest: string) => `${rest} has no end: write } after the field, or {{ for a brace in the name.`,
      unknown: (field: string, known: readonly string[]) =>
        `${field} is no field. There are ${known.slice(0, -1).map((name) => `{${name}}`).join(', ')} and {${known.at(-1)}}.`,
      noDigits: (field: string) => `Only {seq} takes a number of digits: write {${field}}.`,
      digits: (most: number) => `A number can have 1 to ${most} digits, such as {seq:3}.`,
      character: (character: string) =>
        character < ' ' ? 'A name cannot have a line break or a tab.' : `Windows allows no ${character} in names: take it out.`,
      climbs: 'A folder cannot be called . or .. : give it a name.',
    },
    table: 'Table with article numbers',
    tableText: 'A CSV file with a column for the file name, and one for the SKU, the variant or the angle.',
    chooseTable: 'Choose a table',
    changeTable: 'Choose another',
    dropTable: 'Take the table out',
    tableRows: (name: string, found: number, total: number) => `${name}: ${number.format(found)} of ${photos(total)} found in it`,
    unknownRows: (count: number) => (count === 1 ? '1 row for a file that is not here' : `${number.format(count)} rows for files that are not here`),
    missingRows: (count: number) => (count === 1 ? '1 photo without a row' : `${photos(count)} without a row`),
    duplicateRows: (count: number) =>
      count === 1 ? '1 row for a file named before: the first counts' : `${number.format(count)} rows for files named before: the first counts`,
    namelessRows: (count: number) => (count === 1 ? '1 row without a file name' : `${number.format(count)} rows without a file name`),
    row: (file: string, line: number) => `${file || '(no name)'}, line ${number.format(line)}`,
    ignoredColumns: (names: readonly string[]) => `Not used: ${names.join(', ')}`,
    unfilled: (fields: readonly string[]) =>
      `No photo has a value for ${fields.map((field) => `{${field}}`).join(', ')}: ${fields.length === 1 ? 'it is' : 'they are'} left out of the names.`,
    collisions: (count: number) =>
      count === 1
        ? '1 file would have had another’s name: a number was added.'
        : `${number.format(count)} files would have had another’s name: numbers were added.`,
    collision: (path: string, count: number) => `${path}, ${number.format(count)} times`,
    way: 'Save all as',
    ways: { zip: 'One ZIP', files: 'Separate files', folder: 'Into a folder' },
    aboutWay: {
      zip: 'Folders are kept. Above 2 GB a second ZIP follows.',
      files: 'They go to your downloads, and the browser may ask once whether it may save several.',
      folder: 'You choose the folder when you save. Nothing in it is overwritten.',
    },
    preview: 'The names will be',
    more: (count: number) => `and ${number.format(count)} more`,
    noPhotos: 'Names show here when there are photos.',
    cancel: 'Cancel',
    done: 'Done',
  },

  table: {
    errors: {
      tooLarge: (size: number, limit: number) => `The table has ${bytes(size)}; ${bytes(limit)} are the most. Take out columns that are not needed.`,
      tooLong: (limit: number) => `The table has more than ${number.format(limit)} rows: split it.`,
      tooWide: (line: number, limit: number) => `Line ${number.format(line)} has more than ${limit} columns: check its separators and quotes.`,
      workbook: 'This is a workbook, not a CSV: save it in your spreadsheet as “CSV UTF-8” and choose that.',
      openQuote: (line: number) => `The quote that opens on line ${number.format(line)} is never closed: close it, or double quotes within a cell.`,
      empty: 'The table is empty: its first line names the columns, such as “file, sku, angle”.',
      noFileColumn: (headers: readonly string[]) =>
        `No column has the file names. Call one of them “file”; there ${headers.length === 1 ? 'is' : 'are'} ${headers.slice(0, 12).join(', ')}.`,
      nothingElse: (headers: readonly string[]) =>
        `No column says more about the files. Call one “sku”, “variant” or “angle”; there ${headers.length === 1 ? 'is' : 'are'} ${headers.slice(0, 12).join(', ')}.`,
    },
  },

  archive: {
    opening: (name: string, done: number, total: number) =>
      total === 0 ? `Opening ${name}` : `Opening ${name}: ${number.format(done)} of ${number.format(total)}`,
    failed: (name: string, why: string) => `${name} could not be opened. ${why}`,
    errors: {
      noZip: 'It is not a ZIP, or its end is missing: get it again from where it came.',
      broken: 'Its table of contents is damaged: get it again from where it came.',
      split: 'It is one part of several: join them first, or unpack them.',
      tooMany: (count: number, limit: number) => `It has ${number.format(count)} files; ${number.format(limit)} are the most. Make several of it.`,
    },
    skipped: {
      noPhoto: 'no photo',
      archive: 'a ZIP within a ZIP: unpack it first',
      encrypted: 'protected by a password: unpack it first',
      method: 'packed in an uncommon way: unpack it first, or make a plain ZIP',
      tooLarge: (size: number, limit: number) => `it would have ${bytes(size)} unpacked; ${bytes(limit)} are the most`,
      tooMany: (limit: number) => `only ${number.format(limit)} photos fit into one go`,
      noRoom: 'all together are too large unpacked: bring them in several goes',
      bomb: (ratio: number) => `it grows to more than ${number.format(ratio)} times its size, which no photo does`,
      broken: 'damaged in the ZIP',
    },
  },

  report: {
    close: 'Close',
    show: 'Show',
    inTitle: 'What was left out',
    leftOut: (count: number) => (count === 1 ? '1 file is not among your photos' : `${number.format(count)} files are not among your photos`),
    line: (name: string, why: string) => (why === '' ? name : `${name}: ${why}`),
    outTitle: (saved: number, total: number) => `${number.format(saved)} of ${cutOuts(total)} saved`,
    obstacle: {
      full: 'There was no room left. Free some, or save the rest elsewhere.',
      permission: 'The browser no longer allowed writing. Save the rest and allow it again.',
      gone: 'The folder is no longer there. Save the rest into another one.',
      volume: 'This ZIP has its full size. The rest goes into the next one.',
      unknown: 'Saving stopped unexpectedly. Your cut-outs are all still here: save the rest again.',
      'by the person': 'You stopped it.',
    },
    savedList: (count: number) => `${cutOuts(count)} saved`,
    failedList: (count: number) => `${cutOuts(count)} could not be made`,
    leftList: (count: number) => `${cutOuts(count)} not saved yet`,
    saveRest: (left: number, saved: number) =>
      saved === 0 ? 'Try again' : left === 1 ? 'Save the last one' : `Save the other ${number.format(left)}`,
  },

  studio: {
    label: 'Studio',
    title: (name: string) => `Studio: ${name}`,
    close: 'Close',
    undo: 'Undo',
    redo: 'Redo',
    undoKey: 'Undo (Ctrl Z)',
    redoKey: 'Redo (Shift Ctrl Z)',
    before: 'Hold to see the photo',
    export: 'Export…',
    save: 'Save settings',
    load: 'Load settings',
    noLooks: 'The studio’s looks did not come with this page: reload it.',
    looks: 'Looks',
    tabs: 'Tools',
    sheet: 'Settings of',
    sheets: { scene: 'Scene', colour: 'Colour' },
    scope: 'Changes are for',
    scopes: { all: 'All photos', one: 'Only this one' },
    likeThis: 'Use this one’s for all photos',
    file: 'vitrine settings.json',
    said: {
      look: (name: string) => `Look: ${name}.`,
      undone: 'Undone.',
      redone: 'Done again.',
      apart: 'Changes are for this photo only.',
      together: 'This photo is like all others again.',
      likeThis: (count: number) => `Applied to ${photos(count)}.`,
      saved: (name: string) => `Settings saved as ${name}.`,
      loaded: (name: string) => `Settings of ${name} are in use.`,
      place: (name: string) => `${name} is behind the product.`,
      photo: (name: string) => `Photo ${name}.`,
    },
    stage: {
      label: (name: string, x: number, y: number, size: number) =>
        `Picture of ${name}. The product stands ${Math.round(x * 100)}% across and ${Math.round(y * 100)}% down, and is up to ${Math.round(size * 100)}% high.`,
      labelOf: (name: string) => `Picture of ${name}`,
      keys: 'Arrow keys move the product over the ground, with Shift further. Plus and minus make it larger and smaller. Ctrl Z undoes.',
      photoAlt: (name: string) => `Photo ${name} as it was`,
    },
    strip: {
      label: 'Photos',
      photo: (name: string, index: number, total: number) => `${name}, ${number.format(index)} of ${number.format(total)}`,
      ownPhoto: (name: string) => `${name}, with settings of its own`,
    },
    settings: {
      parts: { backdrop: 'Backdrop', light: 'Light and shadow', product: 'Product', relight: 'Light on the product' },
      tabs: { looks: 'Looks', backdrop: 'Backdrop', light: 'Light', product: 'Product', colour: 'Colour', photos: 'Photos' },
      kind: 'Kind of backdrop',
      kinds: { sweep: 'Studio', solid: 'Colour', gradient: 'Gradient', photo: 'Photo', transparent: 'None' },
      color: 'Colour',
      from: 'From',
      to: 'To',
      angle: 'Direction',
      harmonies: 'Goes with it',
      relations: {
        ...{ tone: 'The product’s own colour, lighter', neighbour: 'A colour close to the product’s', opposite: 'The colour opposite the product’s' },
        ...{ light: 'Almost white', dark: 'Almost black' },
      },
      noPlace: 'No photo chosen',
      choosePlace: 'Choose a photo',
      depthOfField: 'Blur with distance',
      placeAcross: 'Part of the photo, left to right',
      placeDown: 'Part of the photo, up and down',
      relights: { rim: 'Bright edge', fill: 'Soften its own shadows', harmony: 'Take on the backdrop’s colour', vignette: 'Darker corners' },
      relightHint: 'These change the product’s own pixels. Each file’s report says so.',
      mutual: 'Shadows of products on each other',
      material: 'Made of',
      materials: {
        ...{ plain: 'Nothing visible', paper: 'Paper', linen: 'Linen', concrete: 'Concrete' },
        ...{ terrazzo: 'Terrazzo', marble: 'Marble', wood: 'Wood', water: 'Water' },
      },
      pattern: 'Size of the pattern',
      anotherPiece: 'Another piece of it',
      wall: 'Where the floor ends',
      falloff: 'Darker at the edges',
      gloss: 'Gloss of the floor',
      roughness: 'Blur of the reflection',
      height: 'Height of the camera',
      azimuth: 'Light comes',
      elevation: 'Height of the light',
      softness: 'Softness of the light',
      fill: 'Brightness of the shadows',
      shadows: { contact: 'Shadow where it stands', cast: 'Cast shadow', ambient: 'Shade around it' },
      shape: 'Shape of the picture',
      shapes: (width: number, height: number) =>
        width === height ? `Square, ${width}:${height}` : width < height ? `Upright, ${width}:${height}` : `Wide, ${width}:${height}`,
      ownShape: 'Own size',
      pixels: 'Pixels',
      wide: 'Width in pixels',
      tall: 'Height in pixels',
      size: 'Size',
      across: 'Left to right',
      depth: 'Near to far',
      turn: 'Straighten',
      turned: (degrees: number) =>
        Math.abs(degrees) < 0.05 ? 'as it is' : `${oneDecimal.format(Math.abs(degrees))}° to the ${degrees > 0 ? 'right' : 'left'}`,
      degrees: (value: number) => `${Math.round(value)}°`,
      direction: (azimuth: number) => {
        const from = ['the front', 'the front right', 'the right', 'behind right', 'behind', 'behind left', 'the left', 'the front left'];
        return `from ${from[((Math.round(azimuth / 45) % 8) + 8) % 8]}`;
      },
    },
    colour: {
      heading: 'Colour',
      automatic: 'Correct automatically',
      pick: 'Pick white or grey',
      asShot: 'Colours are as the camera saw them.',
      picked: 'What you picked is neutral now.',
      /** `stops` of light. */
      found: (stops: number, isUnsure: boolean) =>
        `Found in each photo: white balance${Math.abs(stops) < 0.05 ? '' : `, ${lighter(stops)}`}.${isUnsure ? ' The light was hard to tell, so it is corrected by half.' : ''}`,
      matched: 'Brought to the light of the photo that you chose.',
      matchedLimited: 'Brought as near as is sound to the photo that you chose: its light is far from this one’s.',
      matchedByNothing: 'This photo is too dark or too plain to be compared, so it stays as it was shot.',
      measuring: 'Measuring…',
      exposure: 'Brightness',
      temperature: 'Warmth',
      tint: 'Green to magenta',
      shadows: 'Dark parts',
      highlights: 'Light parts',
      black: 'What becomes black',
      white: 'What becomes white',
      middle: 'Middle tones',
      stops: (stops: number) => (Math.abs(stops) < 0.005 ? 'as it is' : `${signedDecimal.format(stops)} stops`),
      signed: (value: number) => (Math.round(value) === 0 ? 'as it is' : signed.format(Math.round(value))),
      level: (level: number) => `level ${Math.round(level)}`,
      /** `delta` is CIEDE2000, on average. */
      change: (delta: number) =>
        delta < 0.5 ? 'Nothing that is seen changes'
        : delta < 1.5 ? 'The change can hardly be seen'
        : delta < 4 ? 'A small change'
        : delta < 9 ? 'A clear change'
        : 'A strong change: check it against the product itself',
      amount: (mean: number, most: number) => `Colour difference (ΔE2000): ${oneDecimal.format(mean)} on average, ${oneDecimal.format(most)} at most. It is in the report.`,
      before: 'Hold to see before',
      reset: 'Reset',
      match: (others: number) => (others === 1 ? 'Bring the other photo to this one' : `Bring all ${number.format(others + 1)} photos to this one`),
      matchGroup: 'Bring the group to the chosen product',
      matching: 'Measuring the light…',
      picking: {
        what: 'Point at something that is white or grey in truth, such as paper or the wall behind the product. Not where it is blinding.',
        label: (name: string) => `Photo ${name} as it was shot. Point at something white or grey.`,
        keys: 'Arrow keys move the cross, with Shift further. Enter picks, Escape leaves.',
        at: (x: number, y: number) => `${Math.round(x * 100)}% across, ${Math.round(y * 100)}% down`,
        cancel: 'Cancel',
      },
      said: {
        picked: 'White balance is set.',
        matched: (count: number) => `${photos(count)} brought to one light.`,
        matchedGroup: 'The group is brought to one light.',
      },
    },
    group: {
      open: 'Group shot',
      change: 'Change the group',
      heading: 'Group shot',
      text: (least: number, most: number) =>
        `Choose ${least} to ${most} products and say how high each is: they stand on one ground, as large beside each other as they are.`,
      height: (name: string) => `Height of ${name} in millimetres`,
      unit: 'mm',
      light: 'Bring their photos to one light: white balance and brightness',
      count: (count: number, most: number) => `${number.format(count)} of at most ${most} chosen`,
      remove: 'Take the group apart',
      cancel: 'Cancel',
      arrange: 'Arrange',
      name: (names: readonly string[]) => `${(names[0] ?? '').replace(/\.[^.]+$/, '')} group of ${names.length}`,
      said: (count: number) => `${number.format(count)} products stand together.`,
      apart: 'The group is taken apart.',
    },
    settingsFile: {
      failed: (name: string, why: string) => `${name} could not be loaded. ${why}`,
      errors: {
        tooLarge: (size: number, limit: number) => `It has ${bytes(size)}; settings have ${bytes(limit)} at most. Choose a file that “Save settings” made.`,
        noSettings: 'It is not a settings file, or it is damaged: choose one that “Save settings” made.',
        newer: 'It is from a newer Vitrine: reload this page to get that one.',
      },
    },
    shop: {
      heading: 'Export',
      which: 'Photos',
      all: (count: number) => (count === 1 ? 'This photo' : `All ${photos(count)}`),
      one: 'Only this one',
      where: 'Marketplaces',
      asIs: 'As it is here',
      asIsText: 'Your scene, in its own size',
      about: (width: number, height: number, background: string | null) =>
        background === null ? `${width} × ${height}` : `${width} × ${height}, ${background === '#ffffff' ? 'plain white' : `plain ${background}`} behind it`,
      unsure: 'not confirmed by the marketplace itself',
      asOf: (date: string) => `Collected on ${date}. Marketplaces change their rules: check what matters to you.`,
      names: 'Names and way of saving',
      firstName: (path: string) => `First file: ${path}`,
      start: (count: number) => (count === 1 ? 'Export 1 file' : `Export ${number.format(count)} files`),
      cancel: 'Cancel',
      pause: 'Pause',
      resume: 'Resume',
      paused: 'Paused: the file at work is finished first.',
      stop: 'Stop',
      working: (done: number, total: number) => `${number.format(done)} of ${number.format(total)} files`,
      left: (seconds: number) => `about ${duration(seconds)} left`,
      progress: 'Files made',
      done: (saved: number, total: number) =>
        saved === total ? `${files(saved)} saved` : `${number.format(saved)} of ${files(total)} saved`,
      clean: (count: number, total: number) =>
        count === total
          ? total === 1 ? 'It keeps to every rule of its marketplace.' : 'All keep to every rule of their marketplaces.'
          : `${number.format(total - count)} of ${files(total)} ${total - count === 1 ? 'is' : 'are'} worth a look.`,
      states: { saved: 'Saved', clean: 'Ready to list', look: 'Worth a look', breaks: 'Breaks a rule', failed: 'Not made', left: 'Not saved' },
      severities: { error: 'Breaks a rule:', warning: 'Worth a look:', advice: 'Advice:' },
      notes: 'What was kept, dropped and changed',
      kept: (what: string) => `Kept of the photo’s details: ${what}.`,
      dropped: (what: string) => `Dropped, so that nobody learns it: ${what}.`,
      again: (count: number) => (count === 1 ? 'Try the other one' : `Try the other ${number.format(count)}`),
      fixes: { reframe: 'Fix: frame it anew', put_on: 'Fix: put it on white', change_format: 'Fix: save it in the format they take' },
      fixOf: (fix: string, name: string) => `${fix}, ${name}`,
      fixAll: (count: number) => `Fix all ${number.format(count)}`,
      proof: 'Save the report',
      proofFile: 'vitrine report.json',
      archive: 'vitrine listing.zip',
      archivePart: (part: number) => `vitrine listing ${part}.zip`,
      close: 'Close',
      noLook: 'Choose a marketplace first.',
    },
  },

  model: {
    title: 'On a model',
    close: 'Close',
    loading: (received: number, total: number) => `Getting the try-on: ${oneDecimal.format(received / 1e6)} of ${bytes(total)}`,
    loadingProgress: 'The try-on is on its way',
    again: 'Try again',
    empty: {
      title: 'Add photos of your model',
      text: 'Each of your products is put on each of them: as large as its width says, turned as the head is, behind what stands before it.',
      tip: 'Works best with one person, facing the camera, in even light, with nothing worn where the product goes.',
      choose: 'Choose photos',
      drop: 'or drop them here, or paste them',
    },
    promise: 'The photos stay on this device. Please use only pictures of people who have agreed to it.',
    illustration: 'The pictures show how it looks, not how it fits.',
    photos: 'Photos of models',
    add: 'Add photos',
    remove: (name: string) => `Remove photo ${name}`,
    forAll: 'For all products',
    kind: 'What it is',
    kindOf: (name: string) => `What ${name} is`,
    kinds: {
      glasses: 'Glasses',
      hat: 'Hat',
      headband: 'Headband',
      earrings: 'Earrings',
      necklace: 'Necklace',
      top: 'Top',
      dress: 'Dress',
    } as Readonly<Record<string, string>>,
    width: 'Width',
    widthOf: (name: string) => `Whole width of ${name} in millimetres`,
    chest: 'Chest',
    chestOf: (name: string) => `Width of ${name} from armpit to armpit, laid flat, in millimetres`,
    unit: 'mm',
    use: (name: string) => `Put ${name} on the models`,
    who: 'Who wears it?',
    face: (index: number, total: number) => `Person ${index} of ${total}`,
    another: 'Someone else',
    anotherIn: (name: string) => `Choose someone else in ${name}`,
    reading: 'Looking for a face…',
    noFace: 'No face was found. Choose a photo with a face that looks towards the camera.',
    photoAlt: (name: string) => `Photo ${name}`,
    waiting: 'Waiting',
    choose: 'Choose who wears it',
    whoIn: (name: string) => `Choose who wears it in ${name}`,
    noPhoto: 'This photo cannot be used',
    working: 'Drawing…',
    stopped: 'Stopped',
    of: (product: string, photo: string) => `${product} on ${photo}`,
    enlarge: (title: string) => `Enlarge ${title}`,
    save: (title: string) => `Save ${title}`,
    saveOne: 'Save',
    saveAll: 'Save all',
    saveAllOf: (count: number) => (count > 1 ? `Save all ${pictures(count)}` : 'Save all'),
    market: 'Files for',
    asTheyAre: 'The photos as they are',
    clean: (count: number, total: number) =>
      count === total
        ? total === 1 ? 'It keeps to every rule of its marketplace.' : 'All keep to every rule of their marketplace.'
        : total === 1 ? 'It is worth a look:' : `${number.format(total - count)} of ${pictures(total)} ${total - count === 1 ? 'is' : 'are'} worth a look:`,
    saving: (done: number, total: number) => `Saving ${number.format(done)} of ${number.format(total)}`,
    saved: (name: string) => `Saved ${name}.`,
    savedAll: (count: number, name: string) => (name === '' ? `Saved ${pictures(count)}.` : `Saved ${pictures(count)} in ${name}.`),
    left: (count: number, why: string) => `${pictures(count)} not saved. ${why}`,
    archive: 'vitrine on models.zip',
    archivePart: (part: number) => `vitrine on models ${part}.zip`,
    progress: 'Pictures drawn',
    drawing: (done: number, total: number) => `Picture ${number.format(Math.min(done + 1, total))} of ${number.format(total)}`,
    stop: 'Stop',
    resume: 'Go on',
    done: (count: number, failed: number) => (failed === 0 ? `${pictures(count)} drawn.` : `${pictures(count)} drawn, ${number.format(failed)} did not work.`),
    compare: 'Hold to see the photo',
    previous: 'Previous picture',
    next: 'Next picture',
    leftOut: (names: readonly string[]) =>
      names.length === 1 ? `${names[0]} is no photo and was left out.` : `${number.format(names.length)} files are no photos and were left out.`,
    leave: {
      title: 'Close without saving?',
      text: (count: number) => `${pictures(count)} not saved yet will be lost, and the photos of models with them: nothing is stored.`,
      confirm: 'Close',
      keep: 'Stay here',
    },
  },

  clear: {
    title: 'Clear all photos?',
    text: (unsaved: number) =>
      `${cutOuts(unsaved)} not downloaded yet will be lost: nothing is stored, so there is no way back.`,
    textWorking: (working: number) => `${photos(working)} not finished yet will be stopped.`,
    textAll: 'The photos, their cut-outs and their scenes are deleted from this device’s memory.',
    confirm: 'Clear all',
    keep: 'Keep them',
  },

  toast: {
    undo: 'Undo',
    dismiss: 'Dismiss',
    removed: (name: string) => `Removed ${name}.`,
    cleared: (count: number) => `Deleted ${photos(count)} and all that was made of them.`,
    leftOut: (names: readonly string[]) =>
      names.length === 1
        ? `${names[0]} is not a photo and was left out.`
        : `${number.format(names.length)} files are not photos and were left out.`,
    closed: (names: readonly string[]) =>
      names.length === 1
        ? `The folder ${names[0]} could not be opened together with other things: drop it alone.`
        : `${number.format(names.length)} folders could not be opened at once: drop one at a time.`,
    leftOutOf: (count: number, name: string) =>
      count === 1 ? `1 file in ${name} was left out.` : `${number.format(count)} files in ${name} were left out.`,
    nothing: 'There was no photo in it. Vitrine reads JPEG, PNG, WebP, AVIF, TIFF, GIF and BMP.',
  },

  announce: {
    ready: 'Vitrine is ready.',
    added: (count: number) => `${photos(count)} added.`,
    started: (name: string) => `Working on ${name}.`,
    done: (name: string) => `${name} is done.`,
    noSubject: (name: string) => `No subject was found in ${name}.`,
    failed: (name: string, why: string) => `${name} could not be cut out. ${why}`,
    cancelled: (name: string) => `${name} cancelled.`,
    paused: 'Paused. What is at work is finished first.',
    resumed: 'Resumed.',
    named: 'Names are set.',
    allDone: (done: number, failed: number) =>
      failed === 0 ? `All done: ${cutOuts(done)} ready.` : `All done: ${cutOuts(done)} ready, ${failed} failed.`,
    bestReady: 'The best quality is here.',
    improved: (count: number) => (count === 1 ? '1 cut-out improved to the best quality.' : `${number.format(count)} cut-outs improved to the best quality.`),
    restored: (count: number) => `${photos(count)} back again.`,
  },

  footer: 'Your photos are neither uploaded nor stored: closing this page deletes them.',
  pasted: (count: number) => (count === 1 ? 'Pasted photo' : `Pasted photo ${count}`),
  unnamed: 'Photo',
} as const;
