"""The API for programs: operations over the ports, and the OpenAPI document made from them."""
