#include "gateway/api/session_json.h"

namespace tollgate {

void write_session(const Call& call, const Session& session, JsonWriter& json) {
    const Caller caller = caller_of(call);
    json.object().key("id").text(to_hex(session.id));
    json.key("current").flag(caller.kind == CallerKind::session && caller.key == session.id);
    json.key("proofs").array();
    for (const std::string& proof : session.proofs.names()) json.text(proof);
    json.end().key("address").text_or_null(session.address).key("user_agent").text_or_null(session.agent);
    json.key("created_at").time(session.created_ms).key("last_used_at").time(session.last_used.get());
    json.key("proved_at").time(session.proved_ms).key("expires_at").time(session.expires_ms).end();
}

}  // namespace tollgate
