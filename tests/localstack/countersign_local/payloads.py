"""Bodies that reach a function byte for byte, as they do on AWS."""

from localstack.runtime import hooks


@hooks.on_infra_start()
def keep_bodies_as_sent() -> None:
    """LocalStack writes a form anew from its parsed fields, and a signature over the original bytes fails."""
    from localstack.services.apigateway.next_gen.execute_api.handlers import parse

    rewritten = parse.restore_payload

    def as_sent(request) -> bytes:
        if request.shallow:
            return b""
        # Whoever parsed the form before has consumed the stream, and nothing is left to read.
        return request.get_data(cache=True, parse_form_data=False) or rewritten(request)

    parse.restore_payload = as_sent
