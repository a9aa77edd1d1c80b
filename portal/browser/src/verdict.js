// How a file stands, what it says where that can be relied on, and what was checked; the words are those of
// `guildmark.badges.verdict`.

// Why a file does not hold: raised wherever that is found, told by `verify`.
export class Doubt extends Error {
  constructor(standing, subject, reason) {
    super(reason);
    Object.assign(this, { standing, subject, reason });
  }
}

export const unreadable = (reason, subject = "form") => new Doubt("unreadable", subject, reason);
export const notOurs = (reason, subject = "key") => new Doubt("not_ours", subject, reason);
export const altered = (reason, subject = "signature") => new Doubt("altered", subject, reason);
