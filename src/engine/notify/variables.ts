// Names that an editor and the keepers that it starts share; apart from what reads them, which an editor loads late.

/** The user's setting of an editor, as JSON. */
export const EDITOR_VARIABLE = 'PITWALL_NOTIFY';
/** The language of the editor, for a user who has named none. */
export const LOCALE_VARIABLE = 'PITWALL_NOTIFY_LOCALE';
