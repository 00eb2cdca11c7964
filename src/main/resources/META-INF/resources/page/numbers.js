// Numbers as people read them.

const whole = new Intl.NumberFormat("en");

/** 1088 as "1,088". */
export const count = (n) => whole.format(n);

/** "1 tile", "5 tiles". */
export const counted = (n, thing) => `${count(n)} ${thing}${n === 1 ? "" : "s"}`;

/** Milliseconds with about three digits: "0.42 ms", "18.3 ms", "417 ms", "2.31 s". */
export function duration(millis) {
  if (millis >= 60_000) {
    return `${Math.floor(millis / 60_000)} min ${Math.round((millis % 60_000) / 1000)} s`;
  }
  if (millis >= 1000) {
    return `${(millis / 1000).toFixed(millis < 10_000 ? 2 : 1)} s`;
  }
  const digits = millis >= 99.95 ? 0 : millis >= 9.995 ? 1 : 2;
  return `${millis.toFixed(digits)} ms`;
}

/** Bytes as "1.3 kB". */
export function size(bytes) {
  if (bytes < 1000) {
    return `${bytes} B`;
  }
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
