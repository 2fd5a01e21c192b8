//! Slack's limits, in characters and counts, as its Block Kit reference names them.

/// Blocks of a message.
pub const MAX_MESSAGE_BLOCKS: usize = 50;
/// Blocks of a modal.
pub const MAX_MODAL_BLOCKS: usize = 100;
/// Text of a header block.
pub const MAX_HEADER: usize = 150;
/// Text of a section block, of an element of a context block, and of a notification.
pub const MAX_SECTION: usize = 3_000;
/// Fields of a section block.
pub const MAX_FIELDS: usize = 10;
/// Text of one field.
pub const MAX_FIELD: usize = 2_000;
/// Elements of a context block.
pub const MAX_CONTEXT_ELEMENTS: usize = 10;
/// Elements of an actions block.
pub const MAX_ACTIONS: usize = 25;
/// Text of a button.
pub const MAX_BUTTON: usize = 75;
/// Value of a button.
pub const MAX_BUTTON_VALUE: usize = 2_000;
/// Title of a confirmation.
pub const MAX_CONFIRM_TITLE: usize = 100;
/// Text of a confirmation.
pub const MAX_CONFIRM: usize = 300;
/// Buttons of a confirmation.
pub const MAX_CONFIRM_BUTTON: usize = 30;
/// Title and buttons of a modal.
pub const MAX_MODAL_TITLE: usize = 24;
/// What a modal carries.
pub const MAX_PRIVATE_METADATA: usize = 3_000;
/// Ids of blocks, actions and modals.
pub const MAX_BLOCK_ID: usize = 255;
/// Label of an input.
pub const MAX_LABEL: usize = 2_000;
/// Text that an input takes.
pub const MAX_INPUT: usize = 3_000;
/// Choices of a menu.
pub const MAX_OPTIONS: usize = 100;
/// Text of a choice.
pub const MAX_OPTION: usize = 75;
/// Value of a choice.
pub const MAX_OPTION_VALUE: usize = 150;
/// Ids of people, conversations and workspaces; Slack names no limit, theirs are below 15.
pub const MAX_ID: usize = 32;
/// Ids of deliveries, triggers and views; Slack names no limit, theirs are below 100.
pub const MAX_DELIVERY_ID: usize = 255;
