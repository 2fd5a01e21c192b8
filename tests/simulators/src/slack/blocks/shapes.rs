//! The shapes and limits of Block Kit, as tables.

use super::schema::Rule::{Any, Bool, Int, List, Object, OneOf, Plain, Str, Text, Typed};
use super::schema::{Field, Rule, may, must};

/// Most blocks of a message.
pub(crate) const MOST_MESSAGE_BLOCKS: usize = 50;
/// Most blocks of a modal.
pub(crate) const MOST_VIEW_BLOCKS: usize = 100;
/// Longest `block_id`, `action_id` and `callback_id`, in characters.
pub(crate) const LONGEST_ID: usize = 255;
/// Longest text of a button, in characters.
pub(crate) const LONGEST_BUTTON_TEXT: usize = 75;
/// Longest `value` of a button, in characters.
pub(crate) const LONGEST_BUTTON_VALUE: usize = 2_000;
/// Longest address, in characters.
pub(crate) const LONGEST_URL: usize = 3_000;
/// Longest text of a section, in characters.
pub(crate) const LONGEST_SECTION_TEXT: usize = 3_000;
/// Longest text of one field of a section, in characters.
pub(crate) const LONGEST_FIELD_TEXT: usize = 2_000;
/// Most fields of a section.
pub(crate) const MOST_FIELDS: usize = 10;
/// Longest header, in characters.
pub(crate) const LONGEST_HEADER: usize = 150;
/// Most elements of an actions block.
pub(crate) const MOST_ACTIONS: usize = 25;
/// Most elements of a context block.
pub(crate) const MOST_CONTEXT: usize = 10;
/// Most options of a select menu.
pub(crate) const MOST_OPTIONS: usize = 100;
/// Most boxes or radio buttons in one element.
pub(crate) const MOST_BOXES: usize = 10;
/// Longest text of an option, in characters.
pub(crate) const LONGEST_OPTION_TEXT: usize = 75;
/// Longest value of an option, in characters.
pub(crate) const LONGEST_OPTION_VALUE: usize = 150;
/// Longest placeholder, in characters.
pub(crate) const LONGEST_PLACEHOLDER: usize = 150;
/// Longest title and button of a modal, in characters.
pub(crate) const LONGEST_MODAL_TITLE: usize = 24;
/// Longest private metadata of a modal, in characters.
pub(crate) const LONGEST_PRIVATE_METADATA: usize = 3_000;
/// Longest label and hint of an input, in characters.
pub(crate) const LONGEST_LABEL: usize = 2_000;
/// Longest text that a person may type into an input, in characters.
pub(crate) const LONGEST_INPUT: i64 = 3_000;

type Shapes = &'static [(&'static str, &'static [Field])];

const ID: Rule = Str { min: 1, max: LONGEST_ID };
const PLACEHOLDER: Field = may("placeholder", Plain(LONGEST_PLACEHOLDER));
const ACTION: Field = may("action_id", ID);
const BLOCK: Field = may("block_id", ID);
const FOCUS: Field = may("focus_on_load", Bool);
const CONFIRM: Field = may("confirm", Object(CONFIRMATION));
const MAX_SELECTED: Field = may("max_selected_items", Int { min: 1, max: MOST_OPTIONS as i64 });
const PRIMARY_OR_DANGER: Rule = OneOf(&["primary", "danger"]);
const URL: Rule = Str { min: 1, max: LONGEST_URL };
const DATE: Rule = Str { min: 10, max: 10 };

const CONFIRMATION: &[Field] = &[
    must("title", Plain(100)),
    must("text", Text(300)),
    must("confirm", Plain(30)),
    must("deny", Plain(30)),
    may("style", PRIMARY_OR_DANGER),
];

const OPTION: Rule = Object(&[
    must("text", Text(LONGEST_OPTION_TEXT)),
    must("value", Str { min: 1, max: LONGEST_OPTION_VALUE }),
    may("description", Text(LONGEST_OPTION_TEXT)),
]);
const OPTIONS: Rule = List { of: &OPTION, min: 1, max: MOST_OPTIONS };
const BOXES: Rule = List { of: &OPTION, min: 1, max: MOST_BOXES };
const GROUP: Rule = Object(&[must("label", Plain(LONGEST_OPTION_TEXT)), must("options", OPTIONS)]);
const GROUPS: Rule = List { of: &GROUP, min: 1, max: MOST_OPTIONS };

const BUTTON: &[Field] = &[
    must("text", Plain(LONGEST_BUTTON_TEXT)),
    ACTION,
    may("value", Str { min: 1, max: LONGEST_BUTTON_VALUE }),
    may("url", URL),
    may("style", PRIMARY_OR_DANGER),
    CONFIRM,
    may("accessibility_label", Str { min: 1, max: LONGEST_BUTTON_TEXT }),
];
const STATIC_SELECT: &[Field] = &[
    PLACEHOLDER,
    ACTION,
    may("options", OPTIONS),
    may("option_groups", GROUPS),
    may("initial_option", OPTION),
    CONFIRM,
    FOCUS,
];
const MULTI_STATIC_SELECT: &[Field] = &[
    PLACEHOLDER,
    ACTION,
    may("options", OPTIONS),
    may("option_groups", GROUPS),
    may("initial_options", OPTIONS),
    MAX_SELECTED,
    CONFIRM,
    FOCUS,
];
const USERS_SELECT: &[Field] = &[PLACEHOLDER, ACTION, may("initial_user", ID), CONFIRM, FOCUS];
const MULTI_USERS_SELECT: &[Field] = &[
    PLACEHOLDER,
    ACTION,
    may("initial_users", List { of: &ID, min: 0, max: MOST_OPTIONS }),
    MAX_SELECTED,
    CONFIRM,
    FOCUS,
];
const CHECKBOXES: &[Field] = &[ACTION, must("options", BOXES), may("initial_options", BOXES), CONFIRM, FOCUS];
const RADIO_BUTTONS: &[Field] =
    &[ACTION, must("options", BOXES), may("initial_option", OPTION), CONFIRM, FOCUS];
const OVERFLOW: &[Field] = &[ACTION, must("options", List { of: &OPTION, min: 1, max: 5 }), CONFIRM];
const DATEPICKER: &[Field] = &[PLACEHOLDER, ACTION, may("initial_date", DATE), CONFIRM, FOCUS];
const PLAIN_TEXT_INPUT: &[Field] = &[
    PLACEHOLDER,
    ACTION,
    may("initial_value", Str { min: 0, max: LONGEST_INPUT as usize }),
    may("multiline", Bool),
    may("min_length", Int { min: 0, max: LONGEST_INPUT }),
    may("max_length", Int { min: 1, max: LONGEST_INPUT }),
    may("dispatch_action_config", Any),
    FOCUS,
];
const IMAGE_ELEMENT: &[Field] =
    &[must("image_url", URL), must("alt_text", Str { min: 1, max: LONGEST_FIELD_TEXT })];

const ACTION_ELEMENTS: Shapes = &[
    ("button", BUTTON),
    ("static_select", STATIC_SELECT),
    ("multi_static_select", MULTI_STATIC_SELECT),
    ("users_select", USERS_SELECT),
    ("multi_users_select", MULTI_USERS_SELECT),
    ("checkboxes", CHECKBOXES),
    ("radio_buttons", RADIO_BUTTONS),
    ("overflow", OVERFLOW),
    ("datepicker", DATEPICKER),
];
const ACCESSORIES: Shapes = &[
    ("button", BUTTON),
    ("static_select", STATIC_SELECT),
    ("multi_static_select", MULTI_STATIC_SELECT),
    ("users_select", USERS_SELECT),
    ("multi_users_select", MULTI_USERS_SELECT),
    ("checkboxes", CHECKBOXES),
    ("radio_buttons", RADIO_BUTTONS),
    ("overflow", OVERFLOW),
    ("datepicker", DATEPICKER),
    ("image", IMAGE_ELEMENT),
];
const INPUT_ELEMENTS: Shapes = &[
    ("plain_text_input", PLAIN_TEXT_INPUT),
    ("static_select", STATIC_SELECT),
    ("multi_static_select", MULTI_STATIC_SELECT),
    ("users_select", USERS_SELECT),
    ("multi_users_select", MULTI_USERS_SELECT),
    ("checkboxes", CHECKBOXES),
    ("radio_buttons", RADIO_BUTTONS),
    ("datepicker", DATEPICKER),
];
const CONTEXT_ELEMENTS: Shapes = &[
    ("plain_text", &[must("text", Str { min: 1, max: LONGEST_SECTION_TEXT }), may("emoji", Bool)]),
    ("mrkdwn", &[must("text", Str { min: 1, max: LONGEST_SECTION_TEXT }), may("verbatim", Bool)]),
    ("image", IMAGE_ELEMENT),
];

const BLOCKS: Shapes = &[
    ("header", &[must("text", Plain(LONGEST_HEADER)), BLOCK]),
    ("divider", &[BLOCK]),
    (
        "section",
        &[
            may("text", Text(LONGEST_SECTION_TEXT)),
            may("fields", List { of: &Text(LONGEST_FIELD_TEXT), min: 1, max: MOST_FIELDS }),
            may("accessory", Typed(ACCESSORIES)),
            may("expand", Bool),
            BLOCK,
        ],
    ),
    ("context", &[must("elements", List { of: &Typed(CONTEXT_ELEMENTS), min: 1, max: MOST_CONTEXT }), BLOCK]),
    ("actions", &[must("elements", List { of: &Typed(ACTION_ELEMENTS), min: 1, max: MOST_ACTIONS }), BLOCK]),
    (
        "input",
        &[
            must("label", Plain(LONGEST_LABEL)),
            must("element", Typed(INPUT_ELEMENTS)),
            may("hint", Plain(LONGEST_LABEL)),
            may("optional", Bool),
            may("dispatch_action", Bool),
            BLOCK,
        ],
    ),
    (
        "image",
        &[
            must("image_url", URL),
            must("alt_text", Str { min: 1, max: LONGEST_FIELD_TEXT }),
            may("title", Plain(LONGEST_FIELD_TEXT)),
            BLOCK,
        ],
    ),
    ("rich_text", &[must("elements", Any), BLOCK]),
];

/// The blocks of a message.
pub(super) const MESSAGE: Rule = List { of: &Typed(BLOCKS), min: 0, max: MOST_MESSAGE_BLOCKS };

/// A modal.
pub(super) const VIEW: Rule = Typed(&[(
    "modal",
    &[
        must("title", Plain(LONGEST_MODAL_TITLE)),
        must("blocks", List { of: &Typed(BLOCKS), min: 0, max: MOST_VIEW_BLOCKS }),
        may("submit", Plain(LONGEST_MODAL_TITLE)),
        may("close", Plain(LONGEST_MODAL_TITLE)),
        may("private_metadata", Str { min: 0, max: LONGEST_PRIVATE_METADATA }),
        may("callback_id", Str { min: 0, max: LONGEST_ID }),
        may("external_id", Str { min: 0, max: LONGEST_ID }),
        may("clear_on_close", Bool),
        may("notify_on_close", Bool),
        may("submit_disabled", Bool),
    ],
)]);
