#include "gateway/api/projects.h"

#include "gateway/text/time_text.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

// The one that the path names, if it is the organization's. It lives as long as the directory.
const Project* find_project(const Call& call, const Directory& directory) {
    const auto id = parse_uuid(call.path("project"));
    const Project* const project = id ? directory.find_project(*id) : nullptr;
    return project != nullptr && project->organization == call.organization().id ? project : nullptr;
}

ApiAnswer no_such_project() { return api_error(ErrorKind::not_found, "there is no such project in this organization"); }

void write_project(const Project& project, JsonWriter& json) {
    json.object().key("id").text(to_uuid(project.id)).key("name").text(project.name);
    json.key("mode").text(to_string(project.mode));
    json.key("is_default").flag(project.is_default).key("archived").flag(project.archived());
    json.key("created_at").text(rfc3339(project.created_ms)).key("version").number(project.version).end();
}

// Empty if the body has none.
std::optional<ProjectMode> read_mode(BodyFields& body) {
    if (!body.has("mode")) return std::nullopt;
    ProjectMode mode{};
    if (!parse(body.required_text("mode"), mode)) body.fail("mode", "must be one of credits, api-keys and hybrid");
    return mode;
}

ApiAnswer project_answer(const Project& project) {
    JsonWriter json;
    write_project(project, json);
    return versioned_answer(json, project.version);
}

}  // namespace

ApiAnswer list_projects(Call& call) {
    const Page page = read_page(call);
    const std::string archived = call.query.text("archived");
    if (!archived.empty() && archived != "true" && archived != "false") {
        call.query.fail("archived", "must be true or false");
    }
    if (call.error()) return call.refusal();
    auto projects = call.directory->projects_of(call.organization().id);
    std::erase_if(projects, [&archived](const Project* one) {
        return !archived.empty() && one->archived() != (archived == "true");
    });
    JsonWriter json;
    const auto part = page_of(
        page, std::move(projects),
        [](const Project* one) { return std::tuple(one->created_ms, !one->is_default, one->id); },
        [](const Project* one) {  // as Directory::projects_of() has them
            return place_of(one->created_ms, (one->is_default ? "0-" : "1-") + to_uuid(one->id));
        });
    write_page(part, [&](const Project* one) { write_project(*one, json); }, json);
    return json_answer(json);
}

ApiAnswer create_project(Call& call, Change& change) {
    const std::string name = call.body.required_text("name");
    const ProjectMode mode = read_mode(call.body).value_or(ProjectMode::credits);
    if (call.error()) return call.refusal();
    const auto id = create_project(change, call.organization().id, name, mode);
    if (!id) return api_error(id.error());
    JsonWriter json;
    write_project(*change.directory().find_project(*id), json);
    return json_answer(json, 201);
}

ApiAnswer show_project(Call& call) {
    const Project* const project = find_project(call, *call.directory);
    return project == nullptr ? no_such_project() : project_answer(*project);
}

ApiAnswer update_project(Call& call, Change& change) {
    const Project* const current = find_project(call, change.directory());
    if (current == nullptr) return no_such_project();
    BodyFields& body = call.body;
    if (const Status status = require_version(call, change, current->version); !status.ok()) return api_error(status);
    JsonWriter shown;
    write_project(*current, shown);
    body.check_echo(shown.take(), {"name", "archived", "mode", "version"});
    ProjectChange wanted;
    if (body.has("name")) wanted.name = body.required_text("name");
    if (body.has("archived")) wanted.archived = body.flag("archived");
    wanted.mode = read_mode(body);
    if (call.error()) return call.refusal();
    const Id128 id = current->id;
    if (const Status status = update_project(change, id, wanted); !status.ok()) return api_error(status);
    return project_answer(*change.directory().find_project(id));
}

ApiAnswer delete_project(Call& call, Change& change) {
    const Project* const project = find_project(call, change.directory());
    if (project == nullptr) return no_such_project();
    if (const Status status = delete_project(change, Id128(project->id)); !status.ok()) return api_error(status);
    JsonWriter json;
    json.object().key("deleted").flag(true).end();
    return json_answer(json);
}

ApiAnswer make_default_project(Call& call, Change& change) {
    const Project* const project = find_project(call, change.directory());
    if (project == nullptr) return no_such_project();
    const Id128 id = project->id;
    if (const Status status = make_default_project(change, id); !status.ok()) return api_error(status);
    return project_answer(*change.directory().find_project(id));
}

}  // namespace tollgate
