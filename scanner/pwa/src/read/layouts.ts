// Key positions -> characters, as six countries label them: the rows of scanner/readers/keymaps.py, plain and with Shift
// (tests/scanner/readers holds them equal). `--` is a key without a character, `+acute` an accent that waits for a letter.

const KEYS: readonly string[] = [
  "Backquote Digit1 Digit2 Digit3 Digit4 Digit5 Digit6 Digit7 Digit8 Digit9 Digit0 Minus Equal",
  "KeyQ KeyW KeyE KeyR KeyT KeyY KeyU KeyI KeyO KeyP BracketLeft BracketRight",
  "KeyA KeyS KeyD KeyF KeyG KeyH KeyJ KeyK KeyL Semicolon Quote Backslash",
  "IntlBackslash KeyZ KeyX KeyC KeyV KeyB KeyN KeyM Comma Period Slash",
];

const ROWS: Readonly<Record<string, readonly string[]>> = {
  us: [
    "` 1 2 3 4 5 6 7 8 9 0 - =",
    "q w e r t y u i o p [ ]",
    "a s d f g h j k l ; ' \\",
    "< z x c v b n m , . /",
    "~ ! @ # $ % ^ & * ( ) _ +",
    "Q W E R T Y U I O P { }",
    "A S D F G H J K L : \" |",
    "> Z X C V B N M < > ?",
  ],
  es: [
    "º 1 2 3 4 5 6 7 8 9 0 ' ¡",
    "q w e r t y u i o p +grave +",
    "a s d f g h j k l ñ +acute ç",
    "< z x c v b n m , . -",
    "ª ! \" · $ % & / ( ) = ? ¿",
    "Q W E R T Y U I O P +circumflex *",
    "A S D F G H J K L Ñ +diaeresis Ç",
    "> Z X C V B N M ; : _",
  ],
  fr: [
    "² & é \" ' ( - è _ ç à ) =",
    "a z e r t y u i o p +circumflex $",
    "q s d f g h j k l m ù *",
    "< w x c v b n , ; : !",
    "~ 1 2 3 4 5 6 7 8 9 0 ° +",
    "A Z E R T Y U I O P +diaeresis £",
    "Q S D F G H J K L M % µ",
    "> W X C V B N ? . / §",
  ],
  de: [
    "+circumflex 1 2 3 4 5 6 7 8 9 0 ß +acute",
    "q w e r t z u i o p ü +",
    "a s d f g h j k l ö ä #",
    "< y x c v b n m , . -",
    "° ! \" § $ % & / ( ) = ? +grave",
    "Q W E R T Z U I O P Ü *",
    "A S D F G H J K L Ö Ä '",
    "> Y X C V B N M ; : _",
  ],
  it: [
    "\\ 1 2 3 4 5 6 7 8 9 0 ' ì",
    "q w e r t y u i o p è +",
    "a s d f g h j k l ò à ù",
    "< z x c v b n m , . -",
    "| ! \" £ $ % & / ( ) = ? ^",
    "Q W E R T Y U I O P é *",
    "A S D F G H J K L ç ° §",
    "> Z X C V B N M ; : _",
  ],
  pt: [
    "\\ 1 2 3 4 5 6 7 8 9 0 ' «",
    "q w e r t y u i o p + +acute",
    "a s d f g h j k l ç º +tilde",
    "< z x c v b n m , . -",
    "| ! \" # $ % & / ( ) = ? »",
    "Q W E R T Y U I O P * +grave",
    "A S D F G H J K L Ç ª +circumflex",
    "> Z X C V B N M ; : _",
  ],
};

export const LAYOUTS: readonly string[] = Object.keys(ROWS);

/** A key that was pressed: where it is (KeyboardEvent.code), and what was held with it. */
export interface Key { code: string; shift: boolean; caps: boolean }

/** What a gun of this layout meant; "" when one of the keys has no plain character there. */
export function readAs(layout: string, keys: readonly Key[]): string {
  const characters = keys.map((key) => characterOf(layout, key));
  return characters.every((one) => [...one].length === 1) ? characters.join("") : "";
}

function characterOf(layout: string, { code, shift, caps }: Key): string {
  const keypad = /^Numpad(\d)$/.exec(code);
  if (keypad) return keypad[1] ?? "";
  const [row, column] = placeOf(code);
  const rows = ROWS[layout];
  const [plain, shifted] = [rows?.[row]?.split(" ")[column] ?? "", rows?.[row + KEYS.length]?.split(" ")[column] ?? ""];
  const isLetter = plain.length === 1 && plain !== shifted && plain.toUpperCase() === shifted;
  return shift !== (caps && isLetter) ? shifted : plain;
}

function placeOf(code: string): [number, number] {
  const row = KEYS.findIndex((keys) => keys.split(" ").includes(code));
  return [row, KEYS[row]?.split(" ").indexOf(code) ?? -1];
}
