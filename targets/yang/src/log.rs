//! What libyang says: it calls back on the thread that asked, for each message.

use std::borrow::Cow;
use std::cell::RefCell;
use std::sync::Once;

use yang5::context::Context;
use yang5::ffi::LY_LOG_LEVEL;
use yang5::logging::LogCallback;

/// An error as libyang reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message {
    /// What it says.
    pub(crate) text: String,
    /// The data node that it speaks of, as `/module:container/TABLE/TABLE_LIST[name='x']/field`.
    pub(crate) path: Option<String>,
}

thread_local! {
    static SAID: RefCell<Vec<Message>> = const { RefCell::new(Vec::new()) };
}

struct Collector;

impl LogCallback for Collector {
    fn log<'a>(
        &'a self,
        level: LY_LOG_LEVEL::Type,
        text: Option<Cow<'a, str>>,
        path: Option<Cow<'a, str>>,
        _schema: Option<Cow<'a, str>>,
        _line: u64,
    ) {
        if level == LY_LOG_LEVEL::LY_LLERR {
            let text = text.unwrap_or_default().into_owned();
            let message = Message { text, path: path.map(Cow::into_owned) };
            SAID.with_borrow_mut(|said| said.push(message));
        }
    }
}

/// Makes libyang call back. It has to be asked once a context is there.
pub(crate) fn listen(context: &Context) {
    static LISTENING: Once = Once::new();
    LISTENING.call_once(|| {
        // It fails only where somebody listens already.
        let _ = context.init_logger(Collector);
    });
}

/// Runs `work`; what libyang said meanwhile comes with what it gives.
pub(crate) fn collect<T>(work: impl FnOnce() -> T) -> (T, Vec<Message>) {
    SAID.with_borrow_mut(Vec::clear);
    let result = work();
    (result, SAID.take())
}
