/** Every word that the frame shows or says, in both languages. Sentences are whole. */

import type { Language } from './language.js';
import type { Trouble } from './messages.js';
import type { Kind } from './types.js';

/** What can be wrong with a shopper's photo, as the engine names it (`src/web/code.rs`). */
export type Reason =
  | ('empty' | 'file-too-large' | 'too-many-pixels' | 'no-pixels' | 'not-a-picture' | 'not-a-photo' | 'only-browser')
  | ('unsupported' | 'truncated' | 'damaged' | 'out-of-memory')
  | ('no-face' | 'out-of-sight' | 'unmeasured' | 'no-body' | 'turned-away' | 'arms-before');

export interface Words {
  title: Record<Kind, string>;
  consent: {
    stays: string;
    staysWhy: string;
    gone: string;
    goneWhy: string;
    look: string;
    lookWhy: string;
    agree: string;
    decline: string;
  };
  choose: {
    title: string;
    titleCamera: string;
    text: Record<Kind, string>;
    button: string;
    camera: string;
    drop: string;
    over: string;
    waiting: string;
    percent: (fraction: number) => string;
    sealed: string;
  };
  live: {
    starting: string;
    allow: string;
    title: string;
    alt: string;
    altOf: (label: string) => string;
    nobody: string;
    hidden: string;
    later: string;
    snap: string;
    stop: string;
  };
  working: { reading: string; drawing: string };
  faces: { title: string; text: string; person: (number: number) => string; found: (count: number) => string };
  result: {
    title: string;
    alt: string;
    altOf: (label: string) => string;
    before: string;
    compare: string;
    compareHint: string;
    save: string;
    another: string;
    person: string;
    variants: string;
    look: string;
    done: (label: string) => string;
    saved: string;
  };
  trouble: Record<Trouble, { title: string; text: string }>;
  /** Absent where the engine's own sentences are in this language. */
  reasons?: Record<Reason, string | Record<Kind, string>>;
  missing: string;
  /** Why it cannot start: something of it has not come, or does not run. */
  failed: { title: string; asset: string; engine: string };
  again: string;
  productAlt: string;
  fileName: string;
}

const en: Words = {
  title: {
    glasses: 'See these glasses on you',
    hat: 'See this hat on you',
    headband: 'See this headband on you',
    earrings: 'See these earrings on you',
    necklace: 'See this necklace on you',
    top: 'See this top on you',
    dress: 'See this dress on you',
  },
  consent: {
    stays: 'Nothing is sent.',
    staysWhy: 'Your photo, and what the camera sees, stay on this device. The picture is drawn right here, and neither this shop nor anyone else gets it.',
    gone: 'Nothing is kept.',
    goneWhy: 'Close the try-on: the camera goes off, and your photo is gone.',
    look: 'A look, not a fit.',
    lookWhy: 'It is an illustration of how the product looks, not of how it fits.',
    agree: 'Agree and go on',
    decline: 'No, thanks',
  },
  choose: {
    title: 'Choose a photo of you',
    titleCamera: 'Camera, or a photo of you?',
    text: {
      glasses: 'Face the camera, in even light, with your eyes open and without glasses.',
      hat: 'Face the camera, in even light, with room above your head and without a hat.',
      headband: 'Face the camera, in even light, with all of your hair in the picture.',
      earrings: 'Show your ears: face the camera or turn a little, with your hair back.',
      necklace: 'Show your neck and shoulders, facing the camera.',
      top: 'Face the camera and show yourself from the head to the hips, arms at your sides, in close-fitting clothes.',
      dress: 'Face the camera and show yourself from the head to the knees, standing, arms at your sides, in close-fitting clothes.',
    },
    button: 'Choose or take a photo',
    camera: 'Use the camera',
    drop: 'or drop one here, or paste it',
    over: 'Drop it here: it stays on this device.',
    waiting: 'Getting ready',
    percent: (fraction) => `${Math.round(fraction * 100)}%`,
    sealed: 'Everything is here now: from this moment the try-on requests and sends nothing. It works offline, too.',
  },
  live: {
    starting: 'Starting the camera…',
    allow: 'Your browser may ask you to allow it. What it sees stays in this frame.',
    title: 'Look into the camera',
    alt: 'You in the camera, with the product on',
    altOf: (label) => `You in the camera, with ${label} on`,
    nobody: 'No face in sight: come into the middle, in good light.',
    hidden: 'Where it goes is not in sight: move back, and face the camera.',
    later: 'Take a picture: then it is put on you.',
    snap: 'Take this picture',
    stop: 'Switch the camera off',
  },
  working: { reading: 'Looking for your face…', drawing: 'Putting it on…' },
  faces: {
    title: 'Who is it for?',
    text: 'There are several people in this photo. Choose one.',
    person: (number) => `Person ${number}`,
    found: (count) => `${count} people found. Choose one.`,
  },
  result: {
    title: 'There you are',
    alt: 'Your photo with the product on it',
    altOf: (label) => `Your photo with the product on it: ${label}`,
    before: 'Your photo',
    compare: 'Compare',
    compareHint: 'Hold to see your photo alone',
    save: 'Save',
    another: 'Another photo',
    person: 'Another person',
    variants: 'Choose a version',
    look: 'An illustration of look, not of fit. Nothing is sent, nothing is kept.',
    done: (label) => (label ? `Done: your photo shows ${label}.` : 'Done: your photo shows the product.'),
    saved: 'The picture was saved to your downloads.',
  },
  trouble: {
    'no-face': {
      title: 'No face was found in this photo',
      text: 'Choose one that shows your whole face from the front, not too dark and not too far away.',
    },
    sight: {
      title: 'It cannot be put on this photo',
      text: 'Choose one that shows that part of you from the front, with nothing before it.',
    },
    photo: {
      title: 'This file cannot be shown',
      text: 'It is damaged or no picture that can be read here. Choose a JPEG, PNG or WebP photo.',
    },
    product: {
      title: 'This version cannot be tried on yet',
      text: 'The shop’s picture of it cannot be used. Choose another version, or go on shopping: the shop has been told.',
    },
    kind: {
      title: 'This version cannot be tried on yet',
      text: 'Its picture shows something else, or this kind of product cannot be tried on yet. Choose another version, or go on shopping: the shop has been told.',
    },
    engine: {
      title: 'That did not work on this device',
      text: 'Close other tabs or choose a smaller photo, then try again.',
    },
    save: { title: 'The picture could not be saved', text: 'Check that this browser may download files, and try again.' },
    'camera-denied': {
      title: 'The camera is not allowed here',
      text: 'Allow it in your browser’s settings for this page, or choose a photo instead.',
    },
    'camera-missing': { title: 'There is no camera', text: 'Connect one, or choose a photo instead.' },
    'camera-busy': {
      title: 'The camera could not be started',
      text: 'Another program may be using it: close that and try again, or choose a photo instead.',
    },
    'camera-lost': { title: 'The camera went away', text: 'Connect it and try again, or choose a photo instead.' },
  },
  missing: 'not available',
  failed: {
    title: 'The try-on cannot start',
    asset: 'A part of it could not be loaded. Check your connection, close the try-on and open it again.',
    engine: 'It does not run on this device as it is. Close other tabs and programs, then open the try-on again.',
  },
  again: 'Try again',
  productAlt: 'The product',
  fileName: 'try-on',
};

const de: Words = {
  title: {
    glasses: 'Diese Brille an Ihnen',
    hat: 'Diese Kopfbedeckung an Ihnen',
    headband: 'Dieser Haarreif an Ihnen',
    earrings: 'Diese Ohrringe an Ihnen',
    necklace: 'Diese Kette an Ihnen',
    top: 'Dieses Oberteil an Ihnen',
    dress: 'Dieses Kleid an Ihnen',
  },
  consent: {
    stays: 'Nichts wird gesendet.',
    staysWhy: 'Ihr Foto und das Bild der Kamera bleiben auf diesem Gerät. Das Bild entsteht hier, und weder dieser Shop noch sonst jemand bekommt es.',
    gone: 'Nichts wird behalten.',
    goneWhy: 'Schließen Sie die Anprobe: Die Kamera geht aus, und Ihr Foto ist weg.',
    look: 'Wie es aussieht, nicht wie es sitzt.',
    lookWhy: 'Das Bild zeigt, wie das Produkt aussieht. Über die Passform sagt es nichts.',
    agree: 'Einverstanden, weiter',
    decline: 'Nein, danke',
  },
  choose: {
    title: 'Wählen Sie ein Foto von sich',
    titleCamera: 'Kamera oder ein Foto von sich?',
    text: {
      glasses: 'Blick in die Kamera, gleichmäßiges Licht, Augen offen und ohne Brille.',
      hat: 'Blick in die Kamera, gleichmäßiges Licht, Platz über dem Kopf und ohne Hut.',
      headband: 'Blick in die Kamera, gleichmäßiges Licht, die Haare ganz im Bild.',
      earrings: 'Ohren sichtbar: Blick in die Kamera oder leicht gedreht, Haare zurück.',
      necklace: 'Hals und Schultern sichtbar, Blick in die Kamera.',
      top: 'Vom Kopf bis zur Hüfte im Bild, Blick in die Kamera, Arme am Körper, eng anliegende Kleidung.',
      dress: 'Stehend vom Kopf bis zu den Knien im Bild, Blick in die Kamera, Arme am Körper, eng anliegende Kleidung.',
    },
    button: 'Foto wählen oder aufnehmen',
    camera: 'Kamera verwenden',
    drop: 'oder hierher ziehen, oder einfügen',
    over: 'Hier loslassen: Es bleibt auf diesem Gerät.',
    waiting: 'Wird vorbereitet',
    percent: (fraction) => `${Math.round(fraction * 100)} %`,
    sealed: 'Jetzt ist alles da: Von nun an fragt und sendet die Anprobe nichts mehr. Sie geht auch ohne Netz.',
  },
  live: {
    starting: 'Die Kamera startet …',
    allow: 'Ihr Browser fragt vielleicht, ob sie erlaubt ist. Was sie sieht, bleibt in diesem Rahmen.',
    title: 'Blick in die Kamera',
    alt: 'Sie in der Kamera, mit dem Produkt',
    altOf: (label) => `Sie in der Kamera, mit ${label}`,
    nobody: 'Kein Gesicht zu sehen: in die Mitte, bei gutem Licht.',
    hidden: 'Wo es hingehört, ist nicht zu sehen: ein Stück zurück, das Gesicht zur Kamera.',
    later: 'Nehmen Sie ein Bild auf: Dann wird es Ihnen angezogen.',
    snap: 'Dieses Bild aufnehmen',
    stop: 'Kamera ausschalten',
  },
  working: { reading: 'Ihr Gesicht wird gesucht …', drawing: 'Wird aufgesetzt …' },
  faces: {
    title: 'Für wen ist es?',
    text: 'Auf diesem Foto sind mehrere Personen. Wählen Sie eine.',
    person: (number) => `Person ${number}`,
    found: (count) => `${count} Personen gefunden. Wählen Sie eine.`,
  },
  result: {
    title: 'So sieht es aus',
    alt: 'Ihr Foto mit dem Produkt',
    altOf: (label) => `Ihr Foto mit dem Produkt: ${label}`,
    before: 'Ihr Foto',
    compare: 'Vergleichen',
    compareHint: 'Gedrückt halten zeigt Ihr Foto allein',
    save: 'Sichern',
    another: 'Anderes Foto',
    person: 'Andere Person',
    variants: 'Ausführung wählen',
    look: 'So sieht es aus, nicht so sitzt es. Nichts wird gesendet, nichts behalten.',
    done: (label) => (label ? `Fertig: Ihr Foto zeigt ${label}.` : 'Fertig: Ihr Foto zeigt das Produkt.'),
    saved: 'Das Bild liegt bei Ihren Downloads.',
  },
  trouble: {
    'no-face': {
      title: 'Auf diesem Foto ist kein Gesicht zu finden',
      text: 'Wählen Sie eines, das Ihr ganzes Gesicht von vorn zeigt, nicht zu dunkel und nicht zu weit weg.',
    },
    sight: {
      title: 'Auf diesem Foto geht es nicht',
      text: 'Wählen Sie eines, das diesen Teil von Ihnen von vorn zeigt, mit nichts davor.',
    },
    photo: {
      title: 'Diese Datei lässt sich nicht zeigen',
      text: 'Sie ist beschädigt oder kein Bild, das hier gelesen werden kann. Wählen Sie ein Foto als JPEG, PNG oder WebP.',
    },
    product: {
      title: 'Diese Ausführung lässt sich noch nicht anprobieren',
      text: 'Das Bild des Shops ist dafür nicht geeignet. Wählen Sie eine andere oder kaufen Sie weiter ein: Der Shop weiß Bescheid.',
    },
    kind: {
      title: 'Diese Ausführung lässt sich noch nicht anprobieren',
      text: 'Das Bild zeigt etwas anderes, oder diese Art von Produkt lässt sich noch nicht anprobieren. Wählen Sie eine andere oder kaufen Sie weiter ein: Der Shop weiß Bescheid.',
    },
    engine: {
      title: 'Das ging auf diesem Gerät nicht',
      text: 'Schließen Sie andere Tabs oder wählen Sie ein kleineres Foto, und versuchen Sie es noch einmal.',
    },
    save: {
      title: 'Das Bild ließ sich nicht sichern',
      text: 'Prüfen Sie, ob dieser Browser Dateien laden darf, und versuchen Sie es noch einmal.',
    },
    'camera-denied': {
      title: 'Die Kamera ist hier nicht erlaubt',
      text: 'Erlauben Sie sie in den Einstellungen des Browsers für diese Seite, oder wählen Sie ein Foto.',
    },
    'camera-missing': { title: 'Es ist keine Kamera da', text: 'Schließen Sie eine an, oder wählen Sie ein Foto.' },
    'camera-busy': {
      title: 'Die Kamera ließ sich nicht starten',
      text: 'Vielleicht verwendet sie ein anderes Programm: Schließen Sie es und versuchen Sie es noch einmal, oder wählen Sie ein Foto.',
    },
    'camera-lost': { title: 'Die Kamera ist weg', text: 'Schließen Sie sie wieder an, oder wählen Sie ein Foto.' },
  },
  reasons: {
    empty: 'Die Datei ist leer (0 Byte). Wählen Sie sie noch einmal, oder ein anderes Foto.',
    'file-too-large': 'Die Datei hat mehr als 512 MB. Wählen Sie ein kleineres Foto, oder sichern Sie es als JPEG.',
    'too-many-pixels': 'Das Foto hat mehr als 100 Megapixel. Wählen Sie ein kleineres.',
    'no-pixels': 'Die Datei enthält kein einziges Pixel. Wählen Sie ein anderes Foto.',
    'not-a-picture': 'Die Datei ist kein Bild, was auch immer ihr Name sagt. Wählen Sie ein Foto als JPEG, PNG oder WebP.',
    'not-a-photo': 'Die Datei ist eine Zeichnung, ein Dokument oder ein Video. Wählen Sie ein Foto als JPEG, PNG oder WebP.',
    'only-browser':
      'Dieses Format (wie HEIC, AVIF oder RAW) kann der Browser hier nicht lesen. Sichern Sie das Foto als JPEG; auf dem ' +
      'iPhone in den Einstellungen unter Kamera, Formate, Maximale Kompatibilität.',
    unsupported: 'Diese seltene Art von Datei kann hier nicht gelesen werden. Sichern Sie das Foto als gewöhnliches JPEG oder PNG.',
    truncated: 'Der Datei fehlt das Ende, wie nach einem abgebrochenen Kopieren. Kopieren oder sichern Sie das Foto noch einmal.',
    damaged: 'Die Datei ist beschädigt. Kopieren oder sichern Sie das Foto noch einmal.',
    'out-of-memory':
      'Für dieses Foto hat das Gerät nicht genug Speicher. Schließen Sie andere Tabs und Programme, oder wählen Sie ein kleineres Foto.',
    'no-face': 'Darauf ist kein Gesicht zu finden. Wählen Sie eines, das ein Gesicht von vorn zeigt, bei gutem Licht.',
    'out-of-sight': {
      glasses: 'Wählen Sie eines, das das Gesicht von vorn zeigt.',
      hat: 'Wählen Sie eines, das den ganzen Kopf zeigt.',
      headband: 'Wählen Sie eines, das die Haare ganz zeigt.',
      earrings: 'Wählen Sie eines, das ein Ohr zeigt, die Haare zurück.',
      necklace: 'Wählen Sie eines, das Hals und Schultern zeigt.',
      top: 'Wählen Sie eines, das den Körper vom Kopf bis zur Hüfte zeigt.',
      dress: 'Wählen Sie eines, das den Körper vom Kopf bis zu den Knien zeigt.',
    },
    unmeasured: 'Dieses Gesicht lässt sich nicht vermessen. Wählen Sie ein Foto, das es von vorn zeigt.',
    'no-body': 'Die Schultern sind nicht zu sehen. Wählen Sie ein Foto vom Kopf bis zur Hüfte, mit Blick in die Kamera.',
    'turned-away': 'Der Körper ist zu weit zur Seite gedreht. Wählen Sie ein Foto, das die Brust von vorn zeigt.',
    'arms-before': 'Die Arme sind vor der Brust verschränkt. Wählen Sie ein Foto mit den Armen am Körper.',
  },
  missing: 'nicht verfügbar',
  failed: {
    title: 'Die Anprobe kann nicht beginnen',
    asset: 'Ein Teil von ihr konnte nicht geladen werden. Prüfen Sie die Verbindung, schließen Sie die Anprobe und öffnen Sie sie noch einmal.',
    engine: 'Auf diesem Gerät läuft sie so nicht. Schließen Sie andere Tabs und Programme, und öffnen Sie die Anprobe noch einmal.',
  },
  again: 'Noch einmal',
  productAlt: 'Das Produkt',
  fileName: 'anprobe',
};

export const WORDS: Record<Language, Words> = { en, de };
