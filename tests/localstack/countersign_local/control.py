"""Routes under /_countersign/ of LocalStack's own address: faults, counted calls, accesses, logs, and watched code."""

import json

from localstack.http import Request, Response, route
from localstack.runtime import hooks
from localstack.services.edge import ROUTER

from countersign_local import logs
from countersign_local.accesses import ACCESSES
from countersign_local.faults import FAULTS, BadRule, Rule
from countersign_local.watch import WATCHED, BadAddress


@hooks.on_infra_start()
def add_control_routes() -> None:
    """Adds the routes to the gateway."""
    ROUTER.add(Control())


def answer(content: object, status: int = 200) -> Response:
    """`content` as JSON."""
    return Response(json.dumps(content), status=status, mimetype="application/json")


class Control:
    """The handlers."""

    @route("/_countersign/faults", methods=["POST"])
    def add_fault(self, request: Request) -> Response:
        """Puts a rule in force."""
        try:
            return answer({"id": FAULTS.add(Rule.parse(request.get_data()))}, 201)
        except BadRule as error:
            return answer({"error": str(error)}, 400)

    @route("/_countersign/faults", methods=["GET"])
    def list_faults(self, request: Request) -> Response:
        """The rules with how often each matched and fired."""
        return answer(FAULTS.rules())

    @route("/_countersign/faults", methods=["DELETE"])
    def remove_all_faults(self, request: Request) -> Response:
        """Ends all rules."""
        return answer({"removed": FAULTS.remove()})

    @route("/_countersign/faults/<rule_id>", methods=["DELETE"])
    def remove_fault(self, request: Request, rule_id: str) -> Response:
        """Ends one rule."""
        removed = FAULTS.remove(rule_id)
        return answer({"removed": removed}, 200 if removed else 404)

    @route("/_countersign/watch", methods=["PUT"])
    def start_watching(self, request: Request) -> Response:
        """Sends invocations to the address in the body."""
        try:
            WATCHED.start(request.get_data(as_text=True))
        except (BadAddress, ValueError) as error:
            return answer({"error": str(error)}, 400)
        return answer({"watched": WATCHED.address})

    @route("/_countersign/watch", methods=["DELETE"])
    def stop_watching(self, request: Request) -> Response:
        """Invokes the deployed code again."""
        WATCHED.stop()
        return answer({"watched": None})

    @route("/_countersign/calls", methods=["GET"])
    def list_calls(self, request: Request) -> Response:
        """How often each function called each AWS operation."""
        return answer(FAULTS.calls())

    @route("/_countersign/accesses", methods=["GET"])
    def list_accesses(self, request: Request) -> Response:
        """What each function did, as its role must allow it."""
        return answer(ACCESSES.shown())

    @route("/_countersign/logs/<function>", methods=["GET"])
    def show_logs(self, request: Request, function: str) -> Response:
        """All that a function has printed."""
        text = logs.read(function)
        return answer({"error": "no such log"}, 404) if text is None else Response(text, mimetype="text/plain")
