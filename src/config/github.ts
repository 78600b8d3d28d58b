// How the bot speaks to GitHub, from the environment: a token, or a GitHub App; of github.com or an Enterprise server. Nothing set: no pull requests.

import { z } from 'zod';
import { Secret } from './secret.ts';
import { setting } from './setting.ts';

export type GitHubConfig = {
  readonly apiUrl: string;
  readonly credentials:
    | { readonly kind: 'token'; readonly token: Secret }
    | { readonly kind: 'app'; readonly appId: string; readonly installationId: string; readonly privateKey: Secret };
};

const DEFAULT_API = 'https://api.github.com';
const digits = (what: string) => z.string().regex(/^[1-9][0-9]{0,15}$/, `${what}: a whole number`);

/** The credentials go there: without encryption only to this machine. */
const API_URL = 'an https:// URL, for example https://github.example.com/api/v3 (http:// only to a loopback address)';

/** What is no URL at all is told by its own rule. */
function isProtected(text: string): boolean {
  const { protocol, hostname } = URL.canParse(text) ? new URL(text) : { protocol: '', hostname: '' };
  return protocol !== 'http:' || ['localhost', '[::1]'].includes(hostname) || /^127(\.\d{1,3}){3}$/.test(hostname);
}

export const githubSettings = {
  GITHUB_TOKEN: setting(
    z
      .string()
      .regex(/^\S{8,}$/, 'a token without spaces')
      .optional(),
    {
      meaning:
        'Lets the bot open pull requests in the repositories of HEADROOM_CONFIG: a token that may read and write contents and pull requests, and comment.',
      unit: 'token',
      fallback: 'none: what a GitOps tool owns can only be changed live, and will be taken back',
      example: 'github_pat_your-token',
    },
  ),
  GITHUB_APP_ID: setting(digits('the App’s id, from its settings page').optional(), {
    meaning: 'A GitHub App instead of a token; its permissions: contents, pull requests and issues, read and write.',
    unit: 'whole number',
    fallback: 'none',
    example: '123456',
  }),
  GITHUB_APP_INSTALLATION_ID: setting(digits('the installation’s id, the last part of its address').optional(), {
    meaning: 'Which installation of the App.',
    unit: 'whole number',
    fallback: 'none; needed with GITHUB_APP_ID',
    example: '7654321',
  }),
  GITHUB_APP_PRIVATE_KEY: setting(
    z
      .string()
      .transform((text) => text.replaceAll(String.raw`\n`, '\n').trim())
      .refine((text) => /^-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]+-----END [A-Z ]*PRIVATE KEY-----$/.test(text), {
        error: 'the App’s private key in PEM, with its first and last line; \\n for line ends is fine',
      })
      .optional(),
    {
      meaning: 'The App’s private key.',
      unit: 'PEM text',
      fallback: 'none; needed with GITHUB_APP_ID',
      example: '-----BEGIN RSA PRIVATE KEY-----\\nyour-key\\n-----END RSA PRIVATE KEY-----',
    },
  ),
  GITHUB_API_URL: setting(
    z
      .url({ protocol: /^https?$/, error: API_URL })
      .refine((text) => isProtected(text), { error: API_URL })
      .optional(),
    {
      meaning: 'Where GitHub’s API is, for a GitHub Enterprise server.',
      unit: 'https:// URL; http:// only to a loopback address',
      fallback: 'https://api.github.com',
      example: 'https://github.example.com/api/v3',
    },
  ),
} as const;

type Values = { readonly [Name in keyof typeof githubSettings]?: string | undefined };

const APP = ['GITHUB_APP_ID', 'GITHUB_APP_INSTALLATION_ID', 'GITHUB_APP_PRIVATE_KEY'] as const;

/** Settings that make no sense alone, or together. */
export function githubProblems(values: Values): readonly string[] {
  const given = APP.filter((name) => values[name] !== undefined);
  if (given.length === 0) return [];
  return [
    ...APP.filter((name) => !given.includes(name)).map((name) => `${name}: needed beside ${given.join(' and ')}`),
    ...(values.GITHUB_TOKEN === undefined ? [] : ['GITHUB_TOKEN: set either a token or a GitHub App, not both']),
  ];
}

export function githubOf(values: Values): GitHubConfig | undefined {
  const apiUrl = values.GITHUB_API_URL ?? DEFAULT_API;
  const { GITHUB_TOKEN: token, GITHUB_APP_ID: appId, GITHUB_APP_INSTALLATION_ID: installationId } = values;
  if (token !== undefined) return { apiUrl, credentials: { kind: 'token', token: new Secret(token) } };
  const privateKey = values.GITHUB_APP_PRIVATE_KEY;
  if (appId === undefined || installationId === undefined || privateKey === undefined) return undefined;
  return { apiUrl, credentials: { kind: 'app', appId, installationId, privateKey: new Secret(privateKey) } };
}
