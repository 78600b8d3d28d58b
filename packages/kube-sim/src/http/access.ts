// Rights: everything is allowed but what control.deny names, as "[verb ]resource[.group][/subresource]": "pods/log", "patch deployments", "nodes".

export type Attributes = {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string | undefined;
};

/** A rule without a group is about the resource in any of them, but for pods: those of metrics.k8s.io are named in full. */
export function isDenied(rules: readonly string[], { verb, group, resource, subresource }: Attributes): boolean {
  return rules.some((rule) => {
    const [, ruleVerb, place = '', ruleSub] = /^(?:(\S+) )?([^/]+)(?:\/(\S+))?$/.exec(rule) ?? [];
    const [ruleResource = '', ...rest] = place.split('.');
    const ruleGroup = rest.join('.');
    const sameGroup = ruleGroup === '' ? group !== 'metrics.k8s.io' : ruleGroup === group;
    return (ruleVerb === undefined || ruleVerb === verb) && ruleResource === resource && sameGroup && ruleSub === subresource;
  });
}
